//! What a visitor must be allowed to do: roles, scopes, and how demands combine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, RefusalKind, Session, policy, session};
use tests::{Role, Site, User, user};

session_runtime::default_principal!(User);

const STAFF: &[Role] = &[Role::Staff];
const ADMIN: &[Role] = &[Role::Admin];
const BOTH: &[Role] = &[Role::Staff, Role::Admin];
const SUSPENDED: &[Role] = &[Role::Staff, Role::Admin, Role::Suspended];

#[session(required, role(Role::Staff))]
async fn role() {}
#[session(required, role(Role::Staff), role(Role::Admin))]
async fn two_roles() {}
#[session(required, any(role(Role::Staff), role(Role::Admin)))]
async fn any_role() {}
#[session(required, all(role(Role::Staff), role(Role::Admin)))]
async fn all_roles() {}
#[allow(deprecated, reason = "a demand made only of `not(..)` is what is tried here")]
#[session(required, not(role(Role::Suspended)))]
async fn not_suspended() {}
#[session(required, scope("orders:read"))]
async fn scope() {}
#[session(required, scope("orders:read"), scope("orders:write"))]
async fn two_scopes() {}
#[session(required, all(scope("orders:read"), scope("orders:write")))]
async fn all_scopes() {}
#[session(required, any(scope("orders:read"), scope("orders:write")))]
async fn any_scope() {}
#[session(required, any(role(Role::Admin), all(role(Role::Staff), scope("orders:read"))), not(role(Role::Suspended)))]
async fn tree() {}

/// Anyone on the staff.
#[policy(principal(User), role(Role::Staff))]
pub struct Staff;
#[policy(extends(Staff), any(role(Role::Admin), scope("orders:write")))]
struct Orders;
#[session(policy(Orders), not(role(Role::Suspended)), scope("orders:read"))]
async fn chain() {}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/role", get(role))
            .route("/two-roles", get(two_roles))
            .route("/any-role", get(any_role))
            .route("/all-roles", get(all_roles))
            .route("/not-suspended", get(not_suspended))
            .route("/scope", get(scope))
            .route("/two-scopes", get(two_scopes))
            .route("/all-scopes", get(all_scopes))
            .route("/any-scope", get(any_scope))
            .route("/tree", get(tree))
            .route("/chain", get(chain)),
    )
}

/// What somebody with these roles and scopes gets: the status, and the scopes that a 403 asks for.
async fn asked(site: &Site, path: &str, roles: &[Role], scopes: &[&str]) -> (u16, Option<String>) {
    let mut visitor = site.member(&user(7).with_roles(roles).with_scopes(scopes)).await;
    let answer = visitor.get(path).await;
    let challenge = answer.header("www-authenticate").map(|challenge| challenge.split("scope=").nth(1).unwrap().into());
    assert_eq!(challenge.is_some(), answer.refusal == Some(RefusalKind::Scope));
    (answer.status, challenge)
}

#[tokio::test]
async fn a_visitor_has_every_role_that_is_demanded() {
    let site = site();
    for (path, none, staff, admin, both) in [
        ("/role", 403, 200, 403, 200),
        ("/two-roles", 403, 403, 403, 200),
        ("/all-roles", 403, 403, 403, 200),
        ("/any-role", 403, 200, 200, 200),
        ("/not-suspended", 200, 200, 200, 200),
    ] {
        for (roles, expected) in [(&[] as &[Role], none), (STAFF, staff), (ADMIN, admin), (BOTH, both)] {
            assert_eq!(asked(&site, path, roles, &[]).await, (expected, None), "{path} {roles:?}");
        }
    }
    assert_eq!(asked(&site, "/not-suspended", SUSPENDED, &[]).await, (403, None));
}

// RFC 6750 3.1: 403 `insufficient_scope` names the scopes that would help.
#[tokio::test]
async fn a_visitor_has_every_scope_that_is_demanded() {
    let site = site();
    let both = Some("\"orders:read orders:write\"");
    let [read, write] = [Some("\"orders:read\""), Some("\"orders:write\"")];
    for (path, scopes, expected) in [
        ("/scope", &[] as &[&str], read),
        ("/scope", &["orders", "orders:readers", "ORDERS:READ", "orders:read orders"], read),
        ("/scope", &["orders:read"], None),
        ("/two-scopes", &["orders:read"], write),
        ("/two-scopes", &["orders:write"], read),
        ("/two-scopes", &["orders:write", "orders:read"], None),
        ("/all-scopes", &["orders:read"], both),
        ("/all-scopes", &["orders:write", "orders:read"], None),
        ("/any-scope", &[], both),
        ("/any-scope", &["orders:write"], None),
    ] {
        let expected = (if expected.is_some() { 403 } else { 200 }, expected.map(str::to_owned));
        assert_eq!(asked(&site, path, &[], scopes).await, expected, "{path} {scopes:?}");
    }
}

#[tokio::test]
async fn demands_combine_as_they_are_written() {
    let site = site();
    for (roles, scopes, expected) in [
        (&[] as &[Role], &[] as &[&str], 403),
        (&[], &["orders:read"], 403),
        (STAFF, &[], 403),
        (STAFF, &["orders:read"], 200),
        (ADMIN, &[], 200),
        (SUSPENDED, &["orders:read"], 403),
    ] {
        assert_eq!(asked(&site, "/tree", roles, scopes).await, (expected, None), "{roles:?} {scopes:?}");
    }
}

// Policies only tighten: every demand of every policy in the chain holds.
#[tokio::test]
async fn the_demands_of_a_policy_and_those_that_it_builds_on_all_hold() {
    let site = site();
    let (read, write, all) = (&["orders:read"], &["orders:write"], &["orders:read", "orders:write"]);
    for (roles, scopes, expected) in [
        (BOTH, read as &[&str], 200),
        (STAFF, all, 200),
        (ADMIN, all, 403),
        (STAFF, read, 403),
        (STAFF, write, 403),
        (BOTH, &[], 403),
        (SUSPENDED, all, 403),
    ] {
        assert_eq!(asked(&site, "/chain", roles, scopes).await.0, expected, "{roles:?} {scopes:?}");
    }
}

// ASVS 8.3.2: without a source of rights, a change takes effect with the update that makes it.
#[tokio::test]
async fn a_change_of_rights_counts_from_the_next_request() {
    #[session(required)]
    async fn demote(mut session: Session<User>) -> Result<(), tests::Failed> {
        Ok(session.update(|user| user.roles.clear()).await?)
    }
    let routes = GuardedRouter::new().route("/role", get(role)).route("/demote", get(demote));
    let site = Site::of(routes);
    let mut visitor = site.member(&user(7).with_roles(STAFF)).await;
    let mut other_tab = visitor.clone();
    assert!(visitor.get("/demote").await.is_ok());
    for tab in [&mut visitor, &mut other_tab] {
        assert_eq!(tab.get("/role").await.status, 403);
    }
}
