//! The table, and how it comes to be.

use sqlx::{Connection, SqlStr};
use tokio::time::Instant;

use super::connections::Connections;
use super::deadline::Deadline;
use super::engine::{Diagnosis, SqlEngine, Value};
use super::failure::Failure;
use super::statements::written;
use super::table_name::TableName;
use crate::store::StoreError;

/// Makes the table, or brings it to the last version, in one transaction that only one node is in at a time.
///
/// Looks first: where nothing is to be done, the right to make tables is not needed.
pub(super) async fn migrate<DB: SqlEngine>(connections: &Connections<DB>, table: &TableName) -> Result<(), StoreError> {
    match connections.read_latest(&version_query::<DB>(table), &[]).await {
        Ok(rows) if to_do::<DB>(table, version::<DB>(&rows)?)?.is_empty() => return Ok(()),
        Ok(_) => (),
        // There is no such table, mostly.
        Err(failure) if failure.is_answer() => (),
        Err(failure) => return Err(failure.into()),
    }
    let mut connection = connections.writer().await?;
    if DB::REMOTE {
        // What it locked ends with it, whatever happens.
        connection.close_on_drop();
    }
    let deadline = Deadline::after(connections.time_out);
    let mut transaction = loop {
        match connection.begin_with(written::<DB>(DB::BEGIN, table)).await.map_err(Failure::from) {
            Ok(transaction) => break transaction,
            // SQLite: another node holds the file.
            Err(failure) if failure.diagnose::<DB>() == Diagnosis::Undone && Instant::now() < deadline.at() => (),
            Err(failure) => return Err(failure.into()),
        }
    };
    let connection = &mut *transaction;
    if let Some(lock) = DB::LOCK {
        let rows = DB::query(connection, DB::request(&written::<DB>(lock, table), &[]).map_err(Failure::from)?)
            .await
            .map_err(Failure::from)?;
        if rows.first().and_then(|row| DB::integer(row, 0).ok()) != Some(1) {
            return Err(StoreError::from_reason("another node has been making the table for too long"));
        }
    }
    advance::<DB>(connection, table).await?;
    transaction.commit().await.map_err(|error| Failure::from(error).into())
}

async fn advance<DB: SqlEngine>(connection: &mut DB::Connection, table: &TableName) -> Result<(), StoreError> {
    run::<DB>(connection, table, "CREATE TABLE IF NOT EXISTS {schema} (version BIGINT NOT NULL PRIMARY KEY)", &[])
        .await?;
    let query = DB::request(&version_query::<DB>(table), &[]).map_err(StoreError::at_start)?;
    let version = version::<DB>(&DB::query(connection, query).await.map_err(StoreError::at_start)?)?;
    for (statements, version) in to_do::<DB>(table, version)?.iter().zip(version + 1..) {
        for statement in *statements {
            run::<DB>(connection, table, statement, &[]).await?;
        }
        run::<DB>(connection, table, "INSERT INTO {schema} (version) VALUES (?)", &[Value::Integer(version)]).await?;
    }
    Ok(())
}

fn version_query<DB: SqlEngine>(table: &TableName) -> SqlStr {
    written::<DB>("SELECT COALESCE(MAX(version), 0) FROM {schema}", table)
}

fn version<DB: SqlEngine>(rows: &[DB::Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| DB::integer(row, 0).map_err(StoreError::at_start))
}

/// The versions of the schema that follow `version`.
fn to_do<DB: SqlEngine>(table: &TableName, version: i64) -> Result<&'static [&'static [&'static str]], StoreError> {
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    DB::VERSIONS.get(done..).ok_or_else(|| {
        StoreError::from_text(format!(
            "a later release made the table {:?} ({version}, and this one knows {})",
            table.as_str(),
            DB::VERSIONS.len()
        ))
    })
}

async fn run<DB: SqlEngine>(
    connection: &mut DB::Connection,
    table: &TableName,
    statement: &str,
    values: &[Value<'_>],
) -> Result<(), StoreError> {
    let request = DB::request(&written::<DB>(statement, table), values).map_err(StoreError::at_start)?;
    DB::execute(connection, request).await.map_err(StoreError::at_start)?;
    Ok(())
}
