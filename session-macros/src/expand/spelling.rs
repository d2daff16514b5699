//! Types that expansions name again and again, written token by token: a stream in a stream is a call to the compiler.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::policy::Named;
use crate::model::{Private, Whose};

/// The realm of a policy, in tokens that stand at `span`.
#[derive(Clone, Copy)]
pub(super) struct Realm<'a> {
    named: &'a Named<'a>,
    /// Whether it is asked of the type that stands for the policy.
    known: bool,
    span: Span,
}

impl<'a> Realm<'a> {
    /// As whoever is not the policy itself finds it out.
    pub(super) fn of(named: &'a Named<'a>, span: Span) -> Self {
        Self { named, known: named.knows_its_realm(), span }
    }

    /// As the policy says it.
    pub(super) fn said_by(named: &'a Named<'a>, span: Span) -> Self {
        Self { named, known: false, span }
    }
}

impl ToTokens for Realm<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { named, known, span } = *self;
        let rt = named.runtime().private_at(span);
        if !known && matches!(named.policy.whose(), Whose::Nobody) {
            rt.to_tokens(tokens);
            return member("Open", span, tokens);
        }
        mark('<', Spacing::Alone, span, tokens);
        let of = match named.policy.whose() {
            _ if known => {
                tokens.append(named.ident.clone());
                named.kind()
            }
            Whose::Principal(ty, _) => {
                tokens.append_all(ty);
                "Subject"
            }
            Whose::Base(base, _) => {
                tokens.append_all(base);
                "Policy"
            }
            Whose::Default | Whose::Nobody => {
                tokens.append(named.ident_at(span));
                "DefaultRealm"
            }
        };
        projected(of, rt, "Realm", span, tokens);
    }
}

/// The principal of a policy, in tokens that stand at `span`.
pub(super) struct Principal<'a>(pub(super) Realm<'a>);

impl ToTokens for Principal<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self(realm) = self;
        mark('<', Spacing::Alone, realm.span, tokens);
        realm.to_tokens(tokens);
        let rt = realm.named.runtime().private_at(realm.span);
        projected("PrincipalRealm", rt, "Principal", realm.span, tokens);
    }
}

/// What stands for a policy where it is enforced, in tokens that stand at `span`: one type for all that are about the same
/// principal or build on the same policy, so that the compiler finds out for one of them what it needs for all.
pub(super) struct Shared<'a> {
    pub(super) named: &'a Named<'a>,
    pub(super) span: Span,
}

impl ToTokens for Shared<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { named, span } = *self;
        let (about, of) = match named.policy.whose() {
            Whose::Principal(ty, _) => ("AboutPrincipal", ty),
            Whose::Base(base, _) => ("AboutBase", base),
            Whose::Nobody => {
                named.runtime().private_at(span).to_tokens(tokens);
                return member("Open", span, tokens);
            }
            Whose::Default => return tokens.append(named.ident.clone()),
        };
        named.runtime().private_at(span).to_tokens(tokens);
        member(about, span, tokens);
        mark('<', Spacing::Alone, span, tokens);
        tokens.append_all(of.iter().map(|token| located_at(token.clone(), span)));
        mark('>', Spacing::Alone, span, tokens);
    }
}

/// What follows the subject in `<subject as rt::of>::name`.
fn projected(of: &str, rt: Private<'_>, name: &str, span: Span, tokens: &mut TokenStream) {
    tokens.append(Ident::new("as", span));
    rt.to_tokens(tokens);
    member(of, span, tokens);
    mark('>', Spacing::Alone, span, tokens);
    member(name, span, tokens);
}

/// `::name`.
fn member(name: &str, span: Span, tokens: &mut TokenStream) {
    mark(':', Spacing::Joint, span, tokens);
    mark(':', Spacing::Alone, span, tokens);
    tokens.append(Ident::new(name, span));
}

fn mark(mark: char, spacing: Spacing, span: Span, tokens: &mut TokenStream) {
    let mut mark = Punct::new(mark, spacing);
    mark.set_span(span);
    tokens.append(mark);
}

/// The same name, elsewhere.
fn located_at(token: TokenTree, span: Span) -> TokenTree {
    let mut moved = match token {
        TokenTree::Group(group) => {
            let inside = group.stream().into_iter().map(|token| located_at(token, span)).collect();
            Group::new(group.delimiter(), inside).into()
        }
        other => other,
    };
    moved.set_span(moved.span().located_at(span));
    moved
}
