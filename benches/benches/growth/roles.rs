//! Against the roles that a visitor has, and against what a policy demands.

use std::io;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Html;
use axum::routing::{MethodRouter, get};
use benches::Site;
use benches::site::greeting;
use serde::{Deserialize, Serialize};
use session_runtime::{AuthSession, MemoryStore, Principal, Session, SessionError, Sessions, session};

use crate::above::{Step, curves};
use crate::picture::{Picture, Scale};
use crate::{CAPACITY, Finding};

macro_rules! roles {
    ($($role:ident)*) => {
        #[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
        enum Role {
            $($role),*
        }

        const ROLES: &[Role] = &[$(Role::$role),*];
    };
}

/// Pages for those who have one of these roles.
macro_rules! pages {
    ($($page:ident: $($role:ident)*;)*) => {$(
        #[session(required, cookie, any($(role(Role::$role)),*))]
        async fn $page(session: Session<User>) -> Html<String> {
            greeting(&session.name)
        }
    )*};
}

roles! {
    R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23 R24 R25 R26 R27 R28 R29 R30 R31 R32
    R33 R34 R35 R36 R37 R38 R39 R40 R41 R42 R43 R44 R45 R46 R47 R48 R49 R50 R51 R52 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62
    R63 R64
}

pages! {
    any_of_4: R61 R62 R63 R64;
    any_of_16: R49 R50 R51 R52 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64;
    any_of_64:
        R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23 R24 R25 R26 R27 R28 R29 R30 R31
        R32 R33 R34 R35 R36 R37 R38 R39 R40 R41 R42 R43 R44 R45 R46 R47 R48 R49 R50 R51 R52 R53 R54 R55 R56 R57 R58 R59 R60
        R61 R62 R63 R64;
}

#[session(required, cookie, role(Role::R64))]
async fn last(session: Session<User>) -> Html<String> {
    greeting(&session.name)
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "bench-user")]
struct User {
    #[principal(id)]
    id: u64,
    name: String,
    #[principal(roles)]
    roles: Vec<Role>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<User>,
    /// How many roles those have who log in: the last one is always among them, at the end.
    roles: usize,
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, State(count): State<usize>) -> Result<(), SessionError> {
    let roles = ROLES.iter().skip(ROLES.len() - count).copied().collect();
    auth.log_in(User { id: count as u64, name: "Ada".into(), roles }).await.map(drop)
}

pub(crate) async fn finding(rounds: usize) -> io::Result<Finding> {
    let mut had = Vec::new();
    for roles in [1, 2, 4, 8, 16, 32, 64] {
        had.push(step(roles, roles, get(last)).await);
    }
    let demanded = vec![
        step(1, 1, get(last)).await,
        step(4, 1, get(any_of_4)).await,
        step(16, 1, get(any_of_16)).await,
        step(64, 1, get(any_of_64)).await,
    ];
    let curves =
        curves([("role(..), had last of so many", had), ("any(..) of so many, the last had", demanded)], rounds);
    let curves = curves.await?;
    let [[one, of_64], [_, any_of_64]] = curves.each_ref().map(|curve| {
        let cost = |point: Option<&(u64, f64)>| point.map_or(f64::NAN, |(_, nanoseconds)| *nanoseconds);
        [cost(curve.points.first()), cost(curve.points.last())]
    });
    let [one, of_64, any_of_64] = [one, of_64, any_of_64].map(|nanoseconds| format!("{nanoseconds:.0} ns"));
    let sentence = format!(
        "A request that takes a role costs {one} above an unguarded handler where that is the visitor's only one, {of_64} \
         where it is the last of their 64, and {any_of_64} where it is their only one and the policy's last of 64 alternatives."
    );
    let picture = Picture {
        file: "roles.svg",
        title: "A request, by roles and demands",
        x: ("roles that the visitor has, or alternatives in the demand", Scale::Logarithmic),
        y: "ns above an unguarded handler",
        curves: curves.into(),
    };
    Ok(Finding { picture, sentence })
}

async fn step(size: u64, roles: u64, page: MethodRouter<App>) -> Step {
    let store = MemoryStore::with_capacity(CAPACITY);
    let sessions = Sessions::builder().store(store).build().expect("a configuration");
    let app = App { sessions, roles: usize::try_from(roles).expect("few") };
    let at = |route| Router::new().route("/", route).with_state(app.clone());
    let guarded = Site::new("roles", at(page)).with_log_in(at(get(log_in)));
    Step::new(size, guarded.row(), vec![guarded.log_in().await.expect("a log-in")])
}
