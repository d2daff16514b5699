//! What the engines have in common, and where they differ.

use std::pin::Pin;

use sqlx::query::Query;
use sqlx::{
    Arguments as _, ColumnIndex, Database, Decode, Encode, Error, Executor, IntoArguments, Row as _, SqlStr, Type,
};

/// A value that a statement is given.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Any integer.
    Integer(i64),
    /// Bytes, or their absence.
    Bytes(Option<&'a [u8]>),
}

/// What an engine writes in its own way.
pub trait Dialect: Database {
    /// Whether a server at the other end of a connection may stop to answer, so that a connection which was left in the
    /// middle of a statement is closed instead of waited for.
    const REMOTE: bool;

    /// What goes on both sides of an identifier.
    const QUOTE: char;

    /// Whether the placeholders of values are `$1`, `$2`, .., and not `?`.
    const NUMBERED: bool;

    /// Removes at most 1,000 of what has expired at `?`, all at once.
    const SWEEP: &'static str;

    /// What makes the table: for each version of the schema the statements that lead to it from the one before. Each may
    /// meet what it makes, since not every engine can take back half of them.
    const VERSIONS: &'static [&'static [&'static str]];

    /// Begins the transaction in which the table is made.
    const BEGIN: &'static str;

    /// Waits in that transaction until no other node makes the table; answers with 1, if at all.
    const LOCK: Option<&'static str>;

    /// How many rows a statement found.
    fn affected(result: &Self::QueryResult) -> u64;
}

/// An engine that sessions can be kept in: `sqlx::Sqlite`, `sqlx::Postgres`, `sqlx::MySql`. There are no others.
pub trait SqlEngine: Dialect {
    /// Runs a statement; how many rows it found.
    #[doc(hidden)]
    fn execute<'a>(connection: &'a mut Self::Connection, sql: &SqlStr, values: &[Value<'_>]) -> Answer<'a, u64>;

    /// Runs a query.
    #[doc(hidden)]
    fn query<'a>(
        connection: &'a mut Self::Connection,
        sql: &SqlStr,
        values: &[Value<'_>],
    ) -> Answer<'a, Vec<Self::Row>>;

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
    fn bytes(row: &Self::Row, column: usize) -> Result<Option<&[u8]>, Error>;
}

/// What comes back from the engine.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl<DB> SqlEngine for DB
where
    DB: Dialect,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> &'v [u8]: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> Option<&'v [u8]>: Encode<'v, DB>,
    usize: ColumnIndex<DB::Row>,
{
    fn execute<'a>(connection: &'a mut Self::Connection, sql: &SqlStr, values: &[Value<'_>]) -> Answer<'a, u64> {
        let query = with_values::<DB>(sql, values);
        Box::pin(async move { connection.execute(query?).await.map(|result| DB::affected(&result)) })
    }

    fn query<'a>(connection: &'a mut Self::Connection, sql: &SqlStr, values: &[Value<'_>]) -> Answer<'a, Vec<DB::Row>> {
        let query = with_values::<DB>(sql, values);
        Box::pin(async move { connection.fetch_all(query?).await })
    }

    fn integer(row: &DB::Row, column: usize) -> Result<i64, Error> {
        row.try_get(column)
    }

    fn bytes(row: &DB::Row, column: usize) -> Result<Option<&[u8]>, Error> {
        row.try_get(column)
    }
}

fn with_values<DB>(sql: &SqlStr, values: &[Value<'_>]) -> Result<Query<'static, DB, DB::Arguments>, Error>
where
    DB: Dialect,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Type<DB>,
    for<'v> &'v [u8]: Type<DB>,
    for<'v> Option<&'v [u8]>: Encode<'v, DB>,
{
    let mut arguments = DB::Arguments::default();
    for value in values {
        let added = match *value {
            Value::Integer(integer) => arguments.add(integer),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(Error::Encode)?;
    }
    Ok(sqlx::query_with(sql.clone(), arguments))
}
