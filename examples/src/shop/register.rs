//! Who has an account, and whether a password is theirs.

use std::fmt;

use argon2::{Argon2, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::user::{Role, User};

/// The password of every account that the demonstration has.
pub const DEMONSTRATION_PASSWORD: &str = "correct horse battery";

/// The accounts. `Display` lists them with their roles.
pub struct Register {
    accounts: &'static [Account],
    /// Each hash takes 19 MiB while it is computed: many log-ins at once wait for one another instead of for memory.
    hashing: Semaphore,
}

struct Account {
    username: &'static str,
    /// What a database would hold: Argon2id with a salt of its own.
    password_hash: &'static str,
    roles: &'static [Role],
}

const DEMONSTRATION: &[Account] = &[
    Account {
        username: "alice",
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$BC5XrqRZBWW2k3yOSOrRxw$jxWBv1IqekGGOjMLe9ctd5JuxYSO6MkyKGh5wziXNaQ",
        roles: &[Role::Customer],
    },
    Account {
        username: "bob",
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$tc2nfJr1AdjXMCbjTiuPdA$6dxoCKg3MAUiimcncUElX4KOPOPfQZ39AH4euFsxFB0",
        roles: &[Role::Staff],
    },
    Account {
        username: "carol",
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$/qBx6Y0s4ToIpcwLEdQLog$/Fuv9tFn1LGZ3in/Tx+kmC0a8A9lS9nf3aAynZir3ww",
        roles: &[Role::Staff, Role::Admin],
    },
];

/// The hash of 32 random bytes that nobody has kept, verified in the place of an account that does not exist: how long the
/// answer takes does not tell who has an account.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$IeMEbZRHbDaRYDcV6cUDow$vnk02SlvxbI3vsDWKPKgBedV1Z+WP4w3DO7WXK9BKWs";

/// What every account may ask a token for.
pub(super) const SCOPES: [&str; 2] = ["profile", "orders:read"];

const MOST_HASHES_AT_ONCE: usize = 4;

impl Register {
    /// Three accounts: a customer, one of the staff, and an admin.
    pub fn demonstration() -> Self {
        Self { accounts: DEMONSTRATION, hashing: Semaphore::new(MOST_HASHES_AT_ONCE) }
    }

    /// The user whose name and password these are.
    ///
    /// A shop in earnest also counts failures and slows down who guesses.
    pub(super) async fn verify(&self, username: &str, password: String) -> Option<User> {
        let account = self.accounts.iter().find(|account| account.username == username);
        let hash = account.map_or(NOBODY, |account| account.password_hash);
        let _permit = self.hashing.acquire().await.ok()?;
        // Hashing takes as long as many requests; on this thread they would all wait.
        let verified = spawn_blocking(move || Argon2::default().verify_password(password.as_bytes(), hash).is_ok());
        // A thread that fails has verified nothing.
        let verified = verified.await.unwrap_or(false);
        account.filter(|_| verified).map(Account::user)
    }
}

impl Account {
    fn user(&self) -> User {
        User {
            username: self.username.to_owned(),
            roles: self.roles.to_vec(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
        }
    }
}

/// The names and roles, one account a line.
impl fmt::Display for Register {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for account in self.accounts {
            let roles = account.roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            writeln!(formatter, "{:6} {roles}", account.username)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn verify(username: &str, password: &str) -> Option<String> {
        let user = Register::demonstration().verify(username, password.to_owned()).await?;
        Some(user.username)
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
        assert!(DEMONSTRATION.iter().all(|account| parameters(account.password_hash).map(|(p, _)| p) == nobody));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
    }
}
