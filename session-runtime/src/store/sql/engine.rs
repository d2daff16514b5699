//! What the engines have in common, and where they differ.

use std::pin::Pin;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::{
    AssertSqlSafe, ColumnIndex, Database, Decode, Error, Execute, Executor, Row as _, SqlSafeStr as _, SqlStr, Type,
};

/// A value that a statement is given.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Any integer.
    Integer(i64),
    /// Bytes, or their absence.
    Bytes(Option<&'a [u8]>),
}

/// A statement with its values, to be sent once.
pub struct Request<DB: Database> {
    text: Text,
    arguments: Option<DB::Arguments>,
}

enum Text {
    Prepared(SqlStr),
    Literal(String),
}

impl<DB: Database> Request<DB> {
    /// A statement that the connection prepares once and keeps.
    #[cfg(feature = "sqlite")]
    pub(super) fn prepared(sql: SqlStr, arguments: DB::Arguments) -> Self {
        Self { text: Text::Prepared(sql), arguments: Some(arguments) }
    }

    /// A text that contains its values.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn literal(text: String) -> Self {
        Self { text: Text::Literal(text), arguments: None }
    }

    /// Puts what limits the statement at the server into its text.
    pub(super) fn limited(self, limit: Duration) -> Self
    where
        DB: Dialect,
    {
        match self.text {
            Text::Literal(text) => Self { text: Text::Literal(DB::limited(&text, limit)), ..self },
            Text::Prepared(_) => self,
        }
    }
}

impl<DB: Database> Execute<'static, DB> for Request<DB> {
    fn sql(self) -> SqlStr {
        match self.text {
            Text::Prepared(sql) => sql,
            Text::Literal(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }

    fn statement(&self) -> Option<&DB::Statement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, sqlx::error::BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        true
    }
}

/// The verdict of an engine's error on the connection. The statement was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// The statement met another one and was undone. It may be sent again.
    Undone,
    /// This server does not write, and did nothing. The address may lead to another one by now.
    NotHere,
    /// The connection cannot be used any more.
    Broken,
    /// Anything else, such as a key that exists already.
    Other,
}

/// What an engine writes in its own way.
pub trait Dialect: Database {
    /// Whether a server at the other end of a connection may stop to answer, so that a connection which was left in the
    /// middle of a statement is closed instead of waited for.
    const REMOTE: bool;

    /// What goes on both sides of an identifier.
    const QUOTE: char;

    /// Removes at most 1,000 of what has expired at `?`, all at once.
    const SWEEP: &'static str;

    /// What makes the table: for each version of the schema the statements that lead to it from the one before. Each may
    /// meet what it makes, since not every engine can take back half of them.
    const VERSIONS: &'static [&'static [&'static str]];

    /// Begins the transaction in which the table is made.
    const BEGIN: &'static str;

    /// Waits in that transaction until no other node makes the table; answers with 1, if at all.
    const LOCK: Option<&'static str>;

    /// Gives a statement its values.
    ///
    /// # Errors
    ///
    /// When a value cannot be encoded.
    fn request(sql: &SqlStr, values: &[Value<'_>]) -> Result<Request<Self>, Error>;

    /// Returns a text that makes the server itself end the statement after `limit`.
    fn limited(text: &str, limit: Duration) -> String {
        let _ = limit;
        text.to_owned()
    }

    /// Limits how long the statements of a connection wait for others. Answers with the former limit in milliseconds, if
    /// that was longer, for [`wait_for`](Self::wait_for). `None` where the text does so.
    fn limit_waiting(_: &mut Self::Connection, _: Duration) -> Option<Answer<'_, Option<i64>>> {
        None
    }

    /// Puts back what [`limit_waiting`](Self::limit_waiting) found.
    fn wait_for(_: &mut Self::Connection, _: i64) -> Option<Answer<'_, ()>> {
        None
    }

    /// Says what an error of the engine means.
    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let _ = error;
        Diagnosis::Other
    }

    /// How many rows a statement found.
    fn affected(result: &Self::QueryResult) -> u64;
}

/// An engine that sessions can be kept in: `sqlx::Sqlite`, `sqlx::Postgres`, `sqlx::MySql`. There are no others.
pub trait SqlEngine: Dialect {
    /// Runs a statement; how many rows it found.
    #[doc(hidden)]
    fn execute(connection: &mut Self::Connection, request: Request<Self>) -> Answer<'_, u64>;

    /// Runs a query.
    #[doc(hidden)]
    fn query(connection: &mut Self::Connection, request: Request<Self>) -> Answer<'_, Vec<Self::Row>>;

    /// The integer in a column.
    ///
    /// # Errors
    ///
    /// When there is something else.
    #[doc(hidden)]
    fn integer(row: &Self::Row, column: usize) -> Result<i64, Error>;

    /// The bytes in a column.
    ///
    /// # Errors
    ///
    /// When there is something else.
    #[doc(hidden)]
    fn bytes(row: &Self::Row, column: usize) -> Result<Option<Vec<u8>>, Error>;
}

/// What comes back from the engine.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl<DB> SqlEngine for DB
where
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'v> i64: Decode<'v, DB> + Type<DB>,
    for<'v> Vec<u8>: Decode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    fn execute(connection: &mut Self::Connection, request: Request<Self>) -> Answer<'_, u64> {
        Box::pin(async move { connection.execute(request).await.map(|result| DB::affected(&result)) })
    }

    fn query(connection: &mut Self::Connection, request: Request<Self>) -> Answer<'_, Vec<DB::Row>> {
        Box::pin(async move { connection.fetch_all(request).await })
    }

    fn integer(row: &DB::Row, column: usize) -> Result<i64, Error> {
        row.try_get(column)
    }

    fn bytes(row: &DB::Row, column: usize) -> Result<Option<Vec<u8>>, Error> {
        row.try_get(column)
    }
}
