//! What was found out, in `benches/report`.

use std::fs;
use std::io;
use std::thread;

use time::OffsetDateTime;

use crate::Finding;
use crate::picture::Curve;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/report");

/// On what it was measured.
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    load: String,
}

impl Machine {
    /// This one, as busy as it is before anything is measured.
    pub(crate) fn now() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            cores: thread::available_parallelism().map_or(1, Into::into),
            processor: model.map_or("unknown processor", |(_, model)| model.trim()).to_owned(),
            load: load.split(' ').next().unwrap_or("unknown").to_owned(),
        }
    }

    fn introduction(&self, rounds: usize) -> String {
        let Self { cores, processor, load } = self;
        let today = OffsetDateTime::now_utc().date();
        format!(
            "# How the cost of a request grows\n\n\
             Measured on {} {} {}, on a machine with {cores} cores ({processor}) and a load average of {load} before; medians \
             of {rounds} rounds that took turns.\nThis page and its pictures are written by\n\n\
             ```sh\ncargo bench -p benches --bench growth -- --record\n```\n",
            today.day(),
            today.month(),
            today.year(),
        )
    }
}

/// Writes the sentences and the pictures.
pub(crate) fn write(machine: &Machine, rounds: usize, findings: &[Finding]) -> io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    for Finding { picture, .. } in findings {
        fs::write(format!("{FOLDER}/{}", picture.file), picture.svg()?)?;
    }
    let sections = findings.iter().map(|Finding { picture, sentence }| {
        let (title, file) = (picture.title, picture.file);
        format!("\n## {title}\n\n{sentence}\n\n![{title}]({file})\n")
    });
    fs::write(format!("{FOLDER}/README.md"), machine.introduction(rounds) + &sections.collect::<String>())
}

/// What the curve says, in words.
pub(crate) fn costs(curve: &Curve) -> String {
    listed(curve.points.iter().map(|(size, nanoseconds)| format!("{nanoseconds:.0} ns with {}", number(*size))))
}

/// As one reads them out: `1, 2 and 3`.
pub(crate) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<_> = items.into_iter().collect();
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{} and {last}", items.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// With a comma after every third digit from the right.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let grouped = digits.char_indices().map(|(index, digit)| {
        let comma = index > 0 && (digits.len() - index).is_multiple_of(3);
        if comma { format!(",{digit}") } else { digit.to_string() }
    });
    grouped.collect()
}
