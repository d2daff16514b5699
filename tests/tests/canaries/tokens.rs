//! Tokens: valid ones, foreign ones, and those that nobody can read.

use std::time::Duration;

use session_runtime::routing::get;
use session_runtime::{
    Algorithm, FetchError, FetchFuture, FetchKeys, GuardedRouter, IssueError, KeySetUrl, ManualClock, MemoryStore,
    Revalidation, Session, Sessions, SigningKey, TokenOptions, TrustedIssuer, session,
};
use tests::{Operation, ProbedStore, SECRET, START, Visitor, hours, index_key, minutes, router, sealing_key, seconds};

use crate::principals::{Accounts, Device, NAME, SUBJECT};
use crate::{BROKEN, Broken, Witness, note, note_error};

session_runtime::default_principal!(Device);

#[session(required, bearer)]
async fn me(session: Session<Device>) {
    note(&session);
}

fn device() -> Device {
    Device { id: SUBJECT.to_owned(), name: NAME.to_owned() }
}

fn options() -> TokenOptions {
    TokenOptions::lasting(minutes(5)).claim("ward", "canary-claim").unwrap()
}

fn sessions(clock: &ManualClock, store: &ProbedStore, secret: &[u8]) -> Sessions<Device> {
    Sessions::builder()
        .clock(clock.clone())
        .store(store.clone())
        .sealing_key(sealing_key())
        .index_key(index_key())
        .revalidate(Revalidation::every(minutes(1), Accounts))
        .signing_key(SigningKey::secret(Algorithm::HS256, secret).unwrap())
        .build()
        .unwrap()
}

fn stores() -> [ProbedStore; 2] {
    [MemoryStore::new().keeping_until_expiry(), MemoryStore::new().keeping_until_expiry()].map(ProbedStore::outside)
}

#[tokio::test]
async fn tokens_leak_nothing() {
    let witness = Witness::new();
    for store in stores() {
        let clock = ManualClock::at(START);
        let sessions = sessions(&clock, &store, &SECRET);
        let foreign = self::sessions(&clock, &store, b"another HMAC secret of 32 bytes.");
        let mut visitor = Visitor::of(&router(GuardedRouter::new().route("/", get(me)), sessions.clone()));
        let issued = sessions.issue(&device(), &options()).unwrap();
        note(&(&issued, options(), &sessions));
        let token = issued.into_token();
        let foreign = foreign.issue_token(&device(), minutes(5)).unwrap();

        for (part, later) in [
            (Broken::Nothing, Duration::ZERO),
            (Broken::Reading, seconds(1)),
            (Broken::Nothing, minutes(10)),
            (Broken::Nothing, hours(1)),
        ] {
            for token in [&token, &foreign, &format!("{token}canary"), &"canary.canary.canary".to_owned()] {
                clock.set(START.plus(later));
                BROKEN.set(part);
                let answer = visitor.ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await;
                BROKEN.set(Broken::Nothing);
                note(&(answer.body, answer.refusal));
                witness.assert_silent(&format!("{part:?} {later:?}"), &[token, token.rsplit('.').next().unwrap()]);
            }
        }
        clock.set(START);
        store.fail_with("canary-row");
        store.set_failing(Operation::Load, true);
        let answer = visitor.ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await;
        assert_eq!(answer.status, 503);
        witness.assert_silent("no revocations", &[&token]);
    }
    witness.assert_heard(&["token_refused", "refused", "store_unavailable"]);
}

#[tokio::test]
async fn issuing_leaks_nothing() {
    let witness = Witness::new();
    let sessions = sessions(&ManualClock::at(START), &stores()[0], &SECRET);
    BROKEN.set(Broken::Writing);
    let unwritten = sessions.issue(&device(), &options()).unwrap_err();
    assert!(matches!(unwritten, IssueError::Principal(_)));
    let pair = sessions.issue_pair(&device(), &options()).await.unwrap_err();
    BROKEN.set(Broken::Nothing);
    let twice = options().claim("name", "canary").map(|options| sessions.issue(&device(), &options).unwrap_err());
    let wide = sessions.issue(&device(), &options().scopes(["canary"])).unwrap_err();
    note_error(&unwritten);
    note_error(&pair);
    note_error(&twice.unwrap());
    note_error(&wide);
    witness.assert_silent("issuing", &[]);
}

#[tokio::test]
async fn refresh_tokens_leak_nothing() {
    let witness = Witness::new();
    for store in stores() {
        let clock = ManualClock::at(START);
        let sessions = sessions(&clock, &store, &SECRET);
        store.fail_with("canary-row");
        for operation in [None].into_iter().chain(Operation::ALL.map(Some)) {
            for part in [Broken::Nothing, Broken::Writing, Broken::Reading, Broken::Source, Broken::OtherSubject] {
                let first = sessions.issue_pair(&device(), &options()).await.unwrap();
                let second = sessions.refresh(first.refresh_token()).await.unwrap();
                note(&(&first, &second));
                BROKEN.set(part);
                if let Some(operation) = operation {
                    store.set_failing(operation, true);
                }
                let third = sessions.refresh(second.refresh_token()).await;
                note(&third);
                for shown in [first.refresh_token(), "canary", second.refresh_token(), first.access().token()] {
                    sessions.refresh(shown).await.err().inspect(|error| note_error(error));
                    sessions.revoke(shown).await.err().inspect(|error| note_error(error));
                }
                if let Some(operation) = operation {
                    store.set_failing(operation, false);
                }
                BROKEN.set(Broken::Nothing);
                let secrets = [first.refresh_token(), second.refresh_token(), first.access().token()];
                witness.assert_silent(&format!("{operation:?} {part:?}"), &secrets);
            }
        }
    }
    witness.assert_heard(&["refresh_reused", "revalidation_failed", "unreadable"]);
}

/// An issuer's URL, at which there is this.
struct Url(&'static str);

impl FetchKeys for Url {
    fn fetch<'a>(&'a self, _: &'a str) -> FetchFuture<'a> {
        Box::pin(async { if self.0.is_empty() { Err(FetchError::new("404")) } else { Ok(self.0.into()) } })
    }
}

#[tokio::test]
async fn an_issuers_documents_leak_nothing() {
    let witness = Witness::new();
    for document in [
        "",
        "canary",
        r#"{"keys":"canary"}"#,
        r#"{"issuer":7,"jwks_uri":"canary"}"#,
        r#"{"issuer":"https://canary.example","jwks_uri":"https://canary.example"}"#,
        r#"{"issuer":"https://id.example","jwks_uri":"https://canary:canary@id.example/"}"#,
    ] {
        for url in [KeySetUrl::new("https://id.example/jwks"), KeySetUrl::discovered()] {
            let issuer = TrustedIssuer::new("https://id.example").key_set_url(url.fetched_by(Url(document)));
            let builder = Sessions::<Other>::builder().store(MemoryStore::new()).clock(ManualClock::at(START));
            let sessions = builder.trusted_issuer(issuer).build().unwrap();
            note(&sessions);
            let mut visitor = Visitor::of(&router(GuardedRouter::new().route("/", get(other)), sessions));
            let token = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUifQ.AAAA";
            let answer = visitor.ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await;
            assert_eq!(answer.status, 503, "{answer:?}");
            witness.assert_silent(document, &[token]);
        }
    }
    witness.assert_heard(&["keys_unavailable"]);
}

#[derive(Clone, serde::Serialize, serde::Deserialize, session_runtime::Principal)]
#[principal(bearer(alg("EdDSA"), audience = "ward"), realm = "other")]
struct Other {
    #[principal(id)]
    id: String,
}

#[session(required, principal(Other))]
async fn other() {}
