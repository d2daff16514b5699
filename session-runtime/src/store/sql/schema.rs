//! The table, and how it comes to be.

use sqlx::Connection;

use super::connections::{Connections, Failure};
use super::engine::{SqlEngine, Value};
use super::statements::written;
use super::table_name::TableName;
use crate::store::StoreError;

/// Makes the table, or brings it to the last version, in one transaction that only one node is in at a time.
pub(super) async fn migrate<DB: SqlEngine>(connections: &Connections<DB>, table: &TableName) -> Result<(), StoreError> {
    let mut connection = connections.writer().await?;
    if DB::REMOTE {
        // What it locked ends with it, whatever happens.
        connection.close_on_drop();
    }
    let mut transaction = connection.begin_with(written::<DB>(DB::BEGIN, table)).await.map_err(Failure::from)?;
    let connection = &mut *transaction;
    if let Some(lock) = DB::LOCK {
        let rows = DB::query(connection, &written::<DB>(lock, table), &[]).await.map_err(Failure::from)?;
        if rows.first().and_then(|row| DB::integer(row, 0).ok()) != Some(1) {
            return Err(StoreError::new("another node has been making the table for too long"));
        }
    }
    advance::<DB>(connection, table).await?;
    transaction.commit().await.map_err(|error| Failure::from(error).into())
}

async fn advance<DB: SqlEngine>(connection: &mut DB::Connection, table: &TableName) -> Result<(), StoreError> {
    run::<DB>(connection, table, "CREATE TABLE IF NOT EXISTS {schema} (version BIGINT NOT NULL PRIMARY KEY)", &[])
        .await?;
    let query = written::<DB>("SELECT COALESCE(MAX(version), 0) FROM {schema}", table);
    let rows = DB::query(connection, &query, &[]).await.map_err(StoreError::new)?;
    let version = match rows.first() {
        Some(row) => DB::integer(row, 0).map_err(StoreError::new)?,
        None => 0,
    };
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(to_do) = DB::VERSIONS.get(done..) else {
        return Err(StoreError::new(format!(
            "a later release made the table {:?} ({version}, and this one knows {})",
            table.as_str(),
            DB::VERSIONS.len()
        )));
    };
    for (statements, version) in to_do.iter().zip(version + 1..) {
        for statement in *statements {
            run::<DB>(connection, table, statement, &[]).await?;
        }
        run::<DB>(connection, table, "INSERT INTO {schema} (version) VALUES (?)", &[Value::Integer(version)]).await?;
    }
    Ok(())
}

async fn run<DB: SqlEngine>(
    connection: &mut DB::Connection,
    table: &TableName,
    statement: &str,
    values: &[Value<'_>],
) -> Result<(), StoreError> {
    DB::execute(connection, &written::<DB>(statement, table), values).await.map_err(StoreError::new)?;
    Ok(())
}
