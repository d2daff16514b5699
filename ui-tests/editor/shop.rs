//! A shop, in which a handler is being typed.

use session_runtime::{Principal, Session, policy, session};

/// What people may do.
pub enum Role {
    Admin,
    Clerk,
}

#[derive(Principal)]
#[principal(cookie(name = "__Host-shop"))]
pub struct User {
    #[principal(id)]
    id: u64,
    #[principal(roles)]
    roles: Option<Role>,
}

pub struct Roles;

#[policy(principal(User), role(Role::Clerk))]
pub struct Staff;

pub async fn owns(order: u64) -> Result<(), u64> {
    Ok(())
}

#[session(policy(Staff), role(Role::Admin), check(owns))]
async fn orders(session: Session<User>) {}
