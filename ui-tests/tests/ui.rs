//! The words and places of errors, and what compiles next to them.
//!
//! One run for all cases, since most of the time goes into preparing it. After a change of words, write them anew with
//! `TRYBUILD=overwrite cargo test -p ui-tests` and read each as a stranger would.

#[test]
fn cases() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*/*.rs");
    cases.pass("pass/*.rs");
}
