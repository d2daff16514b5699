//! Who has an account, and whether a password is theirs.

use std::error::Error;
use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use session_runtime::PrincipalSource;

use super::client::Client;
use super::hashing::{Busy, Hashing};
use super::user::{ISSUER, Role, User};

/// The password of every account that the demonstration has.
pub const DEMONSTRATION_PASSWORD: &str = "correct horse battery";

/// The accounts. `Display` lists them with their roles.
pub struct Register {
    accounts: RwLock<Vec<Account>>,
    hashing: Hashing,
}

struct Account {
    username: &'static str,
    /// What a database would hold: Argon2id with a salt of its own.
    password_hash: &'static str,
    roles: Vec<Role>,
}

/// Names, hashes of the password, and roles.
const DEMONSTRATION: [(&str, &str, &[Role]); 3] = [
    (
        "alice",
        "$argon2id$v=19$m=19456,t=2,p=1$BC5XrqRZBWW2k3yOSOrRxw$jxWBv1IqekGGOjMLe9ctd5JuxYSO6MkyKGh5wziXNaQ",
        &[Role::Customer],
    ),
    (
        "bob",
        "$argon2id$v=19$m=19456,t=2,p=1$tc2nfJr1AdjXMCbjTiuPdA$6dxoCKg3MAUiimcncUElX4KOPOPfQZ39AH4euFsxFB0",
        &[Role::Staff],
    ),
    (
        "carol",
        "$argon2id$v=19$m=19456,t=2,p=1$/qBx6Y0s4ToIpcwLEdQLog$/Fuv9tFn1LGZ3in/Tx+kmC0a8A9lS9nf3aAynZir3ww",
        &[Role::Staff, Role::Admin],
    ),
];

/// The hash of 32 random bytes that nobody has kept, verified in the place of an account that does not exist: how long the
/// answer takes does not tell who has an account.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$IeMEbZRHbDaRYDcV6cUDow$vnk02SlvxbI3vsDWKPKgBedV1Z+WP4w3DO7WXK9BKWs";

/// What every account may ask a token for.
pub(super) const SCOPES: [&str; 2] = ["profile", "orders:read"];

impl Register {
    /// Three accounts: a customer, one of the staff, and an admin.
    pub fn demonstration() -> Self {
        let account = |(username, password_hash, roles): (_, _, &[Role])| Account {
            username,
            password_hash,
            roles: roles.to_vec(),
        };
        let accounts = DEMONSTRATION.into_iter().map(account).collect();
        Self { accounts: RwLock::new(accounts), hashing: Hashing::new() }
    }

    /// The user whose name and password these are.
    pub(super) async fn verify(&self, client: Client, username: &str, password: String) -> Result<Option<User>, Busy> {
        let hash = self.find(username, |account| account.password_hash).unwrap_or(NOBODY);
        let is_verified = self.hashing.verify(client, password, hash).await?;
        Ok(self.find(username, Account::user).filter(|_| is_verified))
    }

    /// Everybody, with their roles.
    pub(super) fn everybody(&self) -> Vec<(&'static str, Vec<Role>)> {
        self.accounts().iter().map(|account| (account.username, account.roles.clone())).collect()
    }

    /// Gives an account these roles and no others; false when there is none of that name.
    pub(super) fn set_roles(&self, username: &str, roles: &[Role]) -> bool {
        let mut accounts = self.accounts_mut();
        let account = accounts.iter_mut().find(|account| account.username == username);
        account.map(|account| account.roles = roles.to_vec()).is_some()
    }

    /// Closes an account; false when there is none of that name.
    pub(super) fn close(&self, username: &str) -> bool {
        let mut accounts = self.accounts_mut();
        let before = accounts.len();
        accounts.retain(|account| account.username != username);
        accounts.len() < before
    }

    fn find<T>(&self, username: &str, found: impl FnOnce(&Account) -> T) -> Option<T> {
        self.accounts().iter().find(|account| account.username == username).map(found)
    }

    // Nothing here fails halfway, so what a thread left that did fail is whole.
    fn accounts(&self) -> RwLockReadGuard<'_, Vec<Account>> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn accounts_mut(&self) -> RwLockWriteGuard<'_, Vec<Account>> {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What sessions ask now and then: whether the account is still there, and what it may.
impl PrincipalSource<User> for Register {
    async fn load(&self, username: &String) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        Ok(self.find(username, Account::user))
    }

    async fn load_of_issuer(
        &self,
        issuer: &str,
        username: &String,
    ) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        if issuer == ISSUER { self.load(username).await } else { Ok(None) }
    }
}

impl Account {
    fn user(&self) -> User {
        User {
            username: self.username.to_owned(),
            issuer: ISSUER.to_owned(),
            roles: self.roles.clone(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
        }
    }
}

/// The names and roles, one account a line.
impl fmt::Display for Register {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.everybody()
            .into_iter()
            .try_for_each(|(username, roles)| writeln!(formatter, "{username:6} {}", Role::list(&roles)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::shop) const SLOW_HASH: &str = NOBODY;

    async fn verify(username: &str, password: &str) -> Option<String> {
        let verified = Register::demonstration().verify(Client::UNKNOWN, username, password.to_owned()).await;
        verified.unwrap().map(|user| user.username)
    }

    #[tokio::test]
    async fn only_the_password_of_an_account_opens_it() {
        for username in ["alice", "bob", "carol"] {
            assert_eq!(verify(username, DEMONSTRATION_PASSWORD).await.as_deref(), Some(username));
        }
        for (username, password) in
            [("alice", ""), ("alice", "correct horse"), ("mallory", DEMONSTRATION_PASSWORD), ("Alice", "")]
        {
            assert_eq!(verify(username, password).await, None, "{username}");
        }
    }

    // Parsing fails fast: a hash that does not parse would tell who has no account.
    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let parameters = |hash: &'static str| hash.rsplit_once('$').and_then(|(head, _)| head.rsplit_once('$'));
        let nobody = parameters(NOBODY).map(|(parameters, _)| parameters);
        assert!(DEMONSTRATION.iter().all(|(_, hash, _)| parameters(hash).map(|(p, _)| p) == nobody));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
    }
}
