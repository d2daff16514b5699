//! Curves as SVG.

use std::error::Error;
use std::io;
use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::report::number;

/// One curve: where it is on the horizontal axis, and how high.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(u64, f64)>,
}

/// How sizes lie on the horizontal axis.
#[derive(Clone, Copy)]
pub(crate) enum Scale {
    Linear,
    Logarithmic,
}

/// Curves in common axes. The vertical one begins at zero.
pub(crate) struct Picture {
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
    pub(crate) x: (&'static str, Scale),
    pub(crate) y: &'static str,
    pub(crate) curves: Vec<Curve>,
}

const PIXELS: (u32, u32) = (640, 360);
const TEXT: RGBColor = RGBColor(0x1F, 0x23, 0x28);
const MESH: RGBColor = RGBColor(0xD8, 0xDE, 0xE4);
/// Legible on white and on [`DARK`]'s paper.
const CURVES: [RGBColor; 3] = [RGBColor(0x8C, 0x95, 0x9F), RGBColor(0x1F, 0x6F, 0xEB), RGBColor(0xD9, 0x6B, 0x00)];
/// Paper, text and mesh, for readers who prefer it dark.
const DARK: &str = "<style>@media (prefers-color-scheme: dark) { [fill='#FFFFFF'] { fill: #0d1117 } \
    [fill='#1F2328'] { fill: #d0d7de } [stroke='#1F2328'] { stroke: #d0d7de } [stroke='#D8DEE4'] { stroke: #30363d } }</style>\n";

/// The horizontal axis: it has a mark at each size that was measured.
struct Sizes {
    sizes: Vec<u64>,
    scale: Scale,
}

impl Sizes {
    fn of(curves: &[Curve], scale: Scale) -> Self {
        let mut sizes: Vec<_> = curves.iter().flat_map(|curve| &curve.points).map(|(size, _)| *size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        Self { sizes, scale }
    }

    fn position(&self, size: u64) -> f64 {
        match self.scale {
            Scale::Linear => size as f64,
            Scale::Logarithmic => (size as f64).log2(),
        }
    }
}

impl Ranged for Sizes {
    type FormatOption = NoDefaultFormatting;
    type ValueType = u64;

    fn map(&self, size: &u64, (left, right): (i32, i32)) -> i32 {
        let Range { start, end } = self.range();
        let (start, end) = (self.position(start), self.position(end));
        let share = (self.position(*size) - start) / (end - start);
        left + (share * f64::from(right - left)).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, _: H) -> Vec<u64> {
        self.sizes.clone()
    }

    fn range(&self) -> Range<u64> {
        let ends = self.sizes.first().zip(self.sizes.last());
        ends.map_or(0..1, |(first, last)| *first..*last)
    }
}

impl ValueFormatter<u64> for Sizes {
    fn format(size: &u64) -> String {
        number(*size)
    }
}

impl Picture {
    /// Its source.
    pub(crate) fn svg(&self) -> io::Result<String> {
        let mut svg = String::new();
        self.draw(&mut svg).map_err(|error| io::Error::other(error.to_string()))?;
        let (head, rest) = svg.split_once('\n').ok_or(io::ErrorKind::InvalidData)?;
        Ok(format!("{head}\n{DARK}{rest}"))
    }

    fn draw(&self, svg: &mut String) -> Result<(), Box<dyn Error + '_>> {
        let (x, scale) = self.x;
        let heights = self.curves.iter().flat_map(|curve| &curve.points).map(|(_, height)| *height);
        let highest = heights.fold(0.0, f64::max);

        let area = SVGBackend::with_string(svg, PIXELS).into_drawing_area();
        area.fill(&WHITE)?;
        let text = |size| ("sans-serif", size).into_font().color(&TEXT);
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, text(16))
            .margin(12)
            .margin_right(32)
            .x_label_area_size(44)
            .y_label_area_size(60)
            .build_cartesian_2d(Sizes::of(&self.curves, scale), 0.0..highest * 1.3)?;
        chart
            .configure_mesh()
            .axis_style(TEXT)
            .bold_line_style(MESH)
            .light_line_style(TRANSPARENT)
            .label_style(text(12))
            .axis_desc_style(text(13))
            .x_desc(x)
            .y_desc(self.y)
            .y_labels(6)
            .y_label_formatter(&|height| format!("{height:.0}"))
            .draw()?;
        for (curve, colour) in self.curves.iter().zip(self.colours()) {
            let points = || curve.points.iter().copied();
            chart
                .draw_series(LineSeries::new(points(), colour.stroke_width(2)))?
                .label(curve.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
            chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
        }
        if self.curves.len() > 1 {
            let legend = SeriesLabelPosition::UpperLeft;
            chart.configure_series_labels().position(legend).label_font(text(12)).margin(8).draw()?;
        }
        area.present()?;
        Ok(())
    }

    /// This library's rows are drawn in the same colour everywhere.
    fn colours(&self) -> impl Iterator<Item = RGBColor> {
        let unguarded = usize::from(self.curves.first().is_none_or(|curve| curve.name != "unguarded"));
        CURVES.into_iter().skip(unguarded)
    }
}
