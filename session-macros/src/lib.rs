//! The macros of `session-runtime`. Use them through that crate, which re-exports them.
//!
//! Tokens become an expansion in five stages, each with types of its own that only it can make:
//!
//! | stage | makes |
//! |---|---|
//! | `syntax` | items whose keys are known and have the right form, and the function, struct or type below the attribute |
//! | `model` | what the attribute says: durations, paths, demands |
//! | `check` | what can be expanded: nothing in it contradicts itself |
//! | `expand` | the code |
//!
//! `editor` stands beside them: what editors need of the code, made of tokens that no stage has looked at. `host` knows who
//! asks for it.
//!
//! Every stage reports its mistakes to `diagnostics` and goes on, so that an author sees all of them at once.

mod editor;

mod expand;

mod check;

mod model;

mod syntax;

mod diagnostics;

mod host;

use editor::Editor;
use proc_macro::TokenStream;
use syntax::{Features, Place};

/// Guards an Axum handler: states what the route demands of its visitor.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User { #[principal(id)] id: u64, name: String }
/// use session_runtime::{Session, session};
///
/// #[session(required, max_age = "15m", sliding)]
/// async fn account(session: Session<User>) -> String {
///     format!("Hello {}", session.name)
/// }
/// ```
///
/// The visitor is authenticated, and refused if need be, before any other extractor reads the request. The handler stays
/// a function that `axum::routing::get` and the runtime's own `routing::get` take.
///
/// # Grammar
///
/// `#[session( item,* )]` above a free `async fn` of at most 16 arguments, in any order:
///
#[doc = include_str!("../docs/session.md")]
///
/// Durations are numbers with the units `s`, `m`, `h` and `d`, the larger first: `"90s"`, `"15m"`, `"1h30m"`, `"30d"`.
/// `role`, `scope`, `factors`, `all`, `any`, `not` and `check` may be written several times, and then each of them is demanded;
/// anything else is written once. `check(..)` stands beside `all`, `any` and `not`, never inside.
///
/// # Semantics
///
/// - **Who enters.** `required` refuses visitors without a session, `optional` admits them as such, `public` does not look.
///   Without any of the three it is what the policy says that the handler builds on, else `required`.
/// - **How long ago.** `max_age` alone counts from when the visitor proved who they are, whatever they do since. With
///   `sliding` it counts from the last admitted request of a route that says `sliding`. Neither ends a session: it refuses
///   this route, and the visitor logs in again. `fresh` counts like `max_age` alone, and asks to authenticate again while
///   the session stays good. `sliding` alone counts requests as activity under a window that is declared elsewhere.
/// - **Which rights.** Every item demands one thing more. A role is a constant of the type that the principal's field
///   holds, so that the compiler knows a misspelt one.
/// - **By what proof.** `factors("otp")` demands what the application named at the log-in or afterwards; of a token, what its
///   `amr` (RFC 8176) lists or its `acr` is. What an issuer writes there nobody knows before a token comes: where its tokens
///   have neither, all of them are refused on such a route. Add `cookie` to it, or have them written (`TokenOptions::factors`).
/// - **In which way.** `cookie` and `bearer` narrow down what the principal declares; without them all of it is accepted.
/// - **From which site.** Unsafe requests on routes that accept cookies are refused when another origin caused them, unless
///   `csrf(..)` says otherwise.
/// - **What then.** With `login`, browsers that navigate are redirected there; other clients get 401.
///
/// A policy that the handler builds on, with `policy(..)`, is only ever tightened: what loosens it does not compile.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::{Principal, policy};
/// # #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// # enum Role { Staff, Admin }
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User { #[principal(id)] id: u64, #[principal(roles)] roles: Vec<Role>, #[principal(scopes)] scopes: Vec<String> }
/// # #[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
/// # struct Staff;
/// # type AccountId = u64;
/// use axum::extract::Path;
/// use axum::http::StatusCode;
/// use session_runtime::{AuthSession, Session, session};
///
/// /// May this visitor touch *this* account? Any arguments that leave the body alone.
/// async fn owns_account(session: Session<User>, Path(account): Path<AccountId>) -> Result<(), StatusCode> {
///     if session.id == account { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
/// }
///
/// #[session(policy(Staff), any(role(Role::Admin), scope("transfers")), fresh = "5m", check(owns_account))]
/// async fn transfer(session: Session<User>, Path(account): Path<AccountId>) {}
///
/// #[session(optional)]
/// async fn front_page(session: Option<Session<User>>) -> String {
///     session.map_or_else(|| "Welcome".to_owned(), |session| format!("Welcome back, {}", session.id))
/// }
///
/// #[session(optional, csrf(same_site))]
/// async fn log_in(auth: AuthSession<User>) {}
///
/// #[session(required, bearer)]
/// async fn machine(session: Session<Program>) {}
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # #[principal(bearer(alg("EdDSA")))]
/// # struct Program { #[principal(id)] id: String }
///
/// #[session(public)]
/// async fn health() {}
/// ```
///
/// # Whose session
///
/// The first of: `principal(User)`; the policy's; the `Session<User>`, `Option<Session<User>>` or `AuthSession<User>` among
/// the arguments; the crate's [`default_principal!`].
///
/// # Typing requirements
///
/// - Every argument but the last is a session or implements `axum::extract::FromRequestParts`; the last may implement
///   `axum::extract::FromRequest` and read the body.
/// - What is returned implements `axum::response::IntoResponse`.
/// - `role(..)` and `scope(..)` need a principal with a field marked `#[principal(roles)]` or `#[principal(scopes)]`.
/// - The path in `policy(..)` is a type declared with [`macro@policy`].
/// - A function in `check(..)` is an `async fn` of arguments that leave the body alone, returning `Result<(), E>` where `E`
///   is a response. One that extracts `State` needs `state(App)` beside it.
/// - The router's state provides `Sessions<User>` through `axum::extract::FromRef`.
///
/// # Other attributes
///
/// Documentation, conditions, deprecation, lint levels and `#[debug_handler]` are about the handler that the router sees.
/// Every other attribute, such as `#[tracing::instrument]`, is applied to the function as it was written; and so is
/// `#[utoipa::path]`, which documents the arguments that were written.
///
/// `#[debug_handler]` stands below `#[session]`, with the router's state: `#[debug_handler(state = App)]`. Above, it would
/// look at a function that is no handler yet.
#[proc_macro_attribute]
pub fn session(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (arguments, item) = (arguments.into(), item.into());
    let editor = Editor::of_attribute(&arguments, &item, Place::Session);
    editor.complete(expand::session(arguments, item, Features::enabled())).into()
}

/// Names a policy, for handlers and other policies to build on.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// # #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// # pub enum Role { Staff, Admin }
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # pub struct User { #[principal(id)] id: u64, #[principal(roles)] roles: Vec<Role> }
/// use session_runtime::{Session, policy, session};
///
/// /// Anyone on the staff.
/// #[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
/// pub struct Staff;
///
/// /// Money moves only for admins who signed in just now.
/// #[policy(extends(Staff), role(Role::Admin), fresh = "5m", cookie, reauthenticate = "/reauthenticate")]
/// pub struct Treasury;
///
/// #[session(policy(Treasury))]
/// async fn transfer(session: Session<User>) {}
/// ```
///
/// # Grammar
///
/// `#[policy( item,* )]` above a unit struct, with the items of [`macro@session`] but for `policy(..)`, in whose place there
/// is `extends(..)`:
///
#[doc = include_str!("../docs/policy.md")]
///
/// # Semantics
///
/// A policy is a constant. What builds on it starts from all it says and may shrink a limit, add a demand or a check, turn
/// `optional` into `required`, and narrow the ways that a session travels. The demands of both are demanded, and the checks
/// of the base run first. Anything that loosens it does not compile, and the error names the policy in question.
///
/// # Typing requirements
///
/// Those of [`macro@session`]. The principal, and the policy in `extends(..)`, are as visible as the policy, or more.
#[proc_macro_attribute]
pub fn policy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (arguments, item) = (arguments.into(), item.into());
    let editor = Editor::of_attribute(&arguments, &item, Place::Policy);
    editor.complete(expand::policy(arguments, item, Features::enabled())).into()
}

/// Makes a type the subject of sessions: who they are about, how they travel and how long they last.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use session_runtime::Principal;
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// struct User {
///     #[principal(id)]
///     id: u64,
/// }
/// ```
///
/// That is enough to start: sessions of 12 hours in a cookie called `__Host-id`, which is `Secure`, `HttpOnly`,
/// `SameSite=Lax` and gone with the browser.
///
/// # Grammar
///
/// `#[principal( item,* )]` on the type:
///
#[doc = include_str!("../docs/principal.md")]
///
/// Inside `cookie(..)`:
///
#[doc = include_str!("../docs/cookie.md")]
///
/// Inside `bearer(..)`, which has at least `alg(..)`:
///
#[doc = include_str!("../docs/bearer.md")]
///
/// On a field:
///
#[doc = include_str!("../docs/field.md")]
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// enum Role { Customer, Staff }
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// #[principal(
///     cookie(name = "__Secure-shop", same_site = "strict", domain = "shop.example", shared),
///     bearer(alg("EdDSA", "ES256"), issuer = "https://id.example", audience = "shop", max_age = "15m", auth_time),
///     absolute = "30d",
///     idle = "2h",
///     max_sessions = 5,
///     realm = "shop-user"
/// )]
/// struct User {
///     #[principal(id)]
///     #[serde(rename = "customer")]
///     id: String,
///     #[principal(roles)]
///     roles: Vec<Role>,
///     #[principal(scopes)]
///     scopes: Vec<String>,
/// }
/// ```
///
/// A session that lives in its cookie, in no store, says whether it can be ended before it expires:
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// #[principal(cookie(token = "jwt", revocable), absolute = "8h", idle = "30m", realm = "library-reader")]
/// struct Reader {
///     #[principal(id)]
///     id: u64,
/// }
/// ```
///
/// # Realms
///
/// One principal type is one realm. Nothing that is issued in one realm is accepted in another: no cookie, session record,
/// access token or refresh token. The realm's name is `realm = ".."`, else `<package>/<Type>`. A principal whose data leaves
/// the process (a store outside, a stateless cookie, tokens of our own) declares it, so that renaming the type or its cookie
/// ends no session; the builder returns an error otherwise. Two types of a process cannot use one realm.
///
/// # Semantics
///
/// A session ends `absolute` after it began, `idle` after its last activity, when its visitor logs out, or when it is
/// revoked; nothing that a route says ends it. Issuer and audience that are not written here are given to the builder.
/// Tokens are signed with one of RFC 7518's algorithms that this version verifies: `HS256`, `HS384`, `HS512`, `ES256`,
/// `ES384`, `EdDSA`, `PS256`, and `RS256` beside `legacy`. In tokens, the fields are claims of their serde names; id, roles
/// and scopes are `sub`, `roles` and `scope`.
///
/// # Typing requirements
///
/// A struct with named fields that is `Clone + Serialize + DeserializeOwned + Send + Sync + 'static`. The id is
/// `Serialize`; the roles are a `Vec`, an `Option`, a set or another `RoleSet`; the scopes are strings of one word each, or
/// one `String` of words.
#[proc_macro_derive(Principal, attributes(principal))]
pub fn principal(item: TokenStream) -> TokenStream {
    let item = item.into();
    let editor = Editor::of_principal(&item);
    editor.complete(expand::principal(item, Features::enabled())).into()
}

/// Says once whose sessions the handlers of a crate are about that do not say it themselves. At the crate's root.
///
/// ```
/// # mod application {
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # pub struct User { #[principal(id)] id: u64 }
/// # }
/// # use application::User;
/// session_runtime::default_principal!(User);
///
/// # mod pages {
/// # use session_runtime::session;
/// #[session(required)]
/// async fn account() -> &'static str {
///     "Somebody is logged in"
/// }
/// # }
/// # fn main() {}
/// ```
///
/// # Grammar
///
/// One type, which derives [`macro@Principal`].
#[proc_macro]
pub fn default_principal(arguments: TokenStream) -> TokenStream {
    expand::default_principal(arguments.into()).into()
}
