//! The issuer that a principal's field holds.

/// A field that holds an issuer: a `String` or another type that is a text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold an issuer",
    label = "not a text",
    note = "use a `String`, or implement `AsRef<str>` for `{Self}`"
)]
pub trait IssuerText {
    /// The issuer, as in the `iss` claim.
    fn issuer_text(&self) -> &str;
}

/// A trait of our own, so that the error of a wrong type (T11) says what to write.
#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> IssuerText for T {
    fn issuer_text(&self) -> &str {
        self.as_ref()
    }
}
