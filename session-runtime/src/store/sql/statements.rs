//! The statements, as they are written for one engine and one table.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::engine::Dialect;
use super::row::COLUMNS;
use super::table_name::TableName;

/// What the store asks of its table. Each value is a `?`, in the order of the text.
pub(super) struct Statements {
    pub(super) insert: SqlStr,
    pub(super) load: SqlStr,
    pub(super) replace: SqlStr,
    pub(super) touch: SqlStr,
    pub(super) alias: SqlStr,
    pub(super) successor: SqlStr,
    pub(super) remove: SqlStr,
    pub(super) remove_alias: SqlStr,
    pub(super) of_subject: SqlStr,
    pub(super) remove_subject: SqlStr,
    pub(super) remove_others: SqlStr,
    pub(super) sweep: SqlStr,
}

impl Statements {
    pub(super) fn of<DB: Dialect>(table: &TableName) -> Self {
        let written = |text: &str| written::<DB>(text, table);
        Self {
            insert: written("INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
            load: written("SELECT {columns} FROM {table} WHERE id = ?"),
            replace: written(
                "UPDATE {table} SET authenticated_at = ?, listing = ?, payload = ?, revision = revision + 1 \
                 WHERE id = ? AND revision = ? AND successor IS NULL",
            ),
            // In this order: MySQL assigns from left to right, and the pause is counted from the former activity.
            touch: written(
                "UPDATE {table} SET \
                 longest_pause = CASE WHEN ? - last_seen_at > longest_pause THEN ? - last_seen_at ELSE longest_pause END, \
                 last_seen_at = CASE WHEN ? > last_seen_at THEN ? ELSE last_seen_at END, \
                 expires_at = CASE WHEN ? > expires_at THEN ? ELSE expires_at END \
                 WHERE id = ? AND successor IS NULL AND expires_at > ?",
            ),
            alias: written(
                "UPDATE {table} SET successor = ?, expires_at = CASE WHEN ? < expires_at THEN ? ELSE expires_at END \
                 WHERE id = ? AND revision = ? AND successor IS NULL",
            ),
            successor: written("SELECT successor FROM {table} WHERE id = ?"),
            remove: written("DELETE FROM {table} WHERE id = ? AND successor IS NULL"),
            remove_alias: written("DELETE FROM {table} WHERE id = ? AND successor = ?"),
            of_subject: written("SELECT {columns} FROM {table} WHERE subject = ? AND successor IS NULL"),
            remove_subject: written("DELETE FROM {table} WHERE subject = ?"),
            remove_others: written(
                "DELETE FROM {table} WHERE subject = ? AND id <> ? AND (successor IS NULL OR successor <> ?)",
            ),
            sweep: written(DB::SWEEP),
        }
    }
}

/// The text for this engine and table. Safe: the names were parsed, the rest is this crate's.
pub(super) fn written<DB: Dialect>(text: &str, table: &TableName) -> SqlStr {
    let quoted = |name: &str| format!("{quote}{name}{quote}", quote = DB::QUOTE);
    let mut text = text.replace("{columns}", COLUMNS).replace("{table}", &quoted(table.as_str()));
    for suffix in ["schema", "subject", "expires_at"] {
        text = text.replace(&format!("{{{suffix}}}"), &quoted(&format!("{}_{suffix}", table.as_str())));
    }
    let text = text.replace("{name}", table.as_str());
    AssertSqlSafe(text).into_sql_str()
}
