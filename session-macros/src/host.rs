//! Who asks for an expansion.

use std::env;
use std::sync::LazyLock;

/// What runs the macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// rustc: `cfg(rust_analyzer)` and `cfg(clippy)` are off, so that nothing has to be written for either.
    Compiler,
    /// rustdoc, for which they are off, too.
    Documentation,
    /// clippy, which is rustc with more lints.
    Clippy,
    /// rust-analyzer, which runs macros in a process of that name.
    Editor,
    /// Something else, of which nothing is taken for granted.
    Unknown,
}

impl Host {
    /// The host of this process. Asked for once: an expansion is made for every handler.
    pub(crate) fn of_this_process() -> Self {
        static HOST: LazyLock<Host> = LazyLock::new(|| {
            let program = env::current_exe().ok();
            let name = program.as_deref().and_then(|program| program.file_stem()).and_then(|name| name.to_str());
            name.map_or(Host::Unknown, Host::called)
        });
        *HOST
    }

    /// Whether an editor may ask.
    pub(crate) fn may_be_an_editor(self) -> bool {
        matches!(self, Self::Editor | Self::Unknown)
    }

    /// Whether lints of clippy may be looked for.
    pub(crate) fn may_be_clippy(self) -> bool {
        matches!(self, Self::Clippy | Self::Unknown)
    }

    /// Whether items that nobody can name from outside may be listed.
    pub(crate) fn may_list_private_items(self) -> bool {
        matches!(self, Self::Documentation | Self::Unknown)
    }

    fn called(program: &str) -> Self {
        match program {
            "rustc" => Self::Compiler,
            "rustdoc" => Self::Documentation,
            "clippy-driver" => Self::Clippy,
            _ if program.starts_with("rust-analyzer") => Self::Editor,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_its_name() {
        assert_eq!(Host::called("rustc"), Host::Compiler);
        assert_eq!(Host::called("rustdoc"), Host::Documentation);
        assert_eq!(Host::called("clippy-driver"), Host::Clippy);
        assert_eq!(Host::called("rust-analyzer-proc-macro-srv"), Host::Editor);
        assert_eq!(Host::called("rust-analyzer"), Host::Editor);
        assert_eq!(Host::called("rustc-wrapper"), Host::Unknown);
    }

    #[test]
    fn tests_are_not_taken_for_a_compiler() {
        assert_eq!(Host::of_this_process(), Host::Unknown);
    }

    #[test]
    fn who_is_not_known_may_be_anybody() {
        assert!(Host::Unknown.may_be_an_editor() && Host::Unknown.may_be_clippy());
        assert!(Host::Unknown.may_list_private_items());
        assert!(!Host::Compiler.may_be_an_editor() && !Host::Compiler.may_be_clippy());
        assert!(!Host::Compiler.may_list_private_items());
        assert!(!Host::Documentation.may_be_an_editor() && !Host::Documentation.may_be_clippy());
        assert!(!Host::Clippy.may_be_an_editor());
    }
}
