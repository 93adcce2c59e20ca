//! The audit log's rows, of which many are written or held at a time.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::super::schema::{audit_entries, audit_erasures, audit_head};
use super::super::{AnyConnection, StoreError};
use crate::domain::audit::{Entry, Head};

/// The log's head and the right edge of its tree, held until the transaction ends: entries are numbered one after
/// another.
pub fn lock_audit_head(connection: &mut AnyConnection) -> Result<(Head, String), StoreError> {
    let query = audit_head::table.select((audit_head::seq, audit_head::hash, audit_head::frontier));
    let (seq, hash, frontier) = match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(c) => query.first::<(i64, String, String)>(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.for_update().first::<(i64, String, String)>(c)?,
    };
    Ok((Head { seq, hash }, frontier))
}

/// Writes entries. Over a network one statement for all of them holds the log's head for one round trip.
pub fn insert_audit_entries(connection: &mut AnyConnection, entries: &[Entry]) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => {
            for entry in entries {
                let [actor_salt, account_salt, ip_salt] = &entry.salts;
                diesel::insert_into(audit_entries::table)
                    .values((
                        audit_entries::seq.eq(entry.seq),
                        audit_entries::at.eq(&entry.at),
                        audit_entries::actor_kind.eq(&entry.actor_kind),
                        audit_entries::actor.eq(&entry.actor),
                        audit_entries::action.eq(&entry.action),
                        audit_entries::case_ref.eq(&entry.case_ref),
                        audit_entries::account_id.eq(&entry.account_id),
                        audit_entries::ip.eq(&entry.ip),
                        audit_entries::details.eq(&entry.details),
                        audit_entries::prev_hash.eq(&entry.prev_hash),
                        audit_entries::hash.eq(&entry.hash),
                        audit_entries::form.eq(entry.form),
                        audit_entries::actor_salt.eq(actor_salt),
                        audit_entries::account_salt.eq(account_salt),
                        audit_entries::ip_salt.eq(ip_salt),
                    ))
                    .execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            use diesel::sql_types::{Array, BigInt, Integer, Text};
            fn column(entries: &[Entry], of: impl Fn(&Entry) -> &str) -> Vec<&str> {
                entries.iter().map(of).collect()
            }
            diesel::sql_query(
                "INSERT INTO audit_entries (seq, at, actor_kind, actor, action, case_ref, account_id, ip, details, \
                 prev_hash, hash, form, actor_salt, account_salt, ip_salt) \
                 SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            )
            .bind::<Array<BigInt>, _>(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.at))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.actor_kind))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.actor))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.action))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.case_ref))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.account_id))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.ip))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.details))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.prev_hash))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.hash))
            .bind::<Array<Integer>, _>(entries.iter().map(|entry| entry.form).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.salts[0]))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.salts[1]))
            .bind::<Array<Text>, _>(column(entries, |entry| &entry.salts[2]))
            .execute(c)?;
        }
    }
    Ok(())
}

/// What can be erased of an entry: its number, form, values and salts.
pub type Erasable = (i64, i32, (String, String, String), (String, String, String));

/// Entries with these numbers that are there, by number, held until the transaction ends.
pub fn lock_audit_entries(connection: &mut AnyConnection, numbers: &[i64]) -> Result<Vec<Erasable>, StoreError> {
    let query = audit_entries::table
        .filter(audit_entries::seq.eq_any(numbers.to_vec()))
        .order(audit_entries::seq.asc())
        .select((
            audit_entries::seq,
            audit_entries::form,
            (audit_entries::actor, audit_entries::account_id, audit_entries::ip),
            (audit_entries::actor_salt, audit_entries::account_salt, audit_entries::ip_salt),
        ));
    Ok(match connection {
        // The writer's transaction is immediate: nobody else can write until it ends.
        AnyConnection::Sqlite(c) => query.load(c)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => query.for_update().load(c)?,
    })
}

/// A field that was erased: its entry and column, the digest in its place, and the entry that orders it.
pub struct ErasedField<'a> {
    /// Number of the entry.
    pub seq: i64,
    /// The column.
    pub column: &'static str,
    /// What the hash covers in its place.
    pub digest: &'a str,
    /// Number of the entry that says on whose order.
    pub by: i64,
}

/// Writes what was erased. Over a network one statement for all of them, as with entries.
pub fn insert_audit_erasures(connection: &mut AnyConnection, erased: &[ErasedField<'_>]) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(c) => {
            for field in erased {
                diesel::insert_into(audit_erasures::table)
                    .values((
                        audit_erasures::entry_seq.eq(field.seq),
                        audit_erasures::field.eq(field.column),
                        audit_erasures::digest.eq(field.digest),
                        audit_erasures::by_seq.eq(field.by),
                    ))
                    .execute(c)?;
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            use diesel::sql_types::{Array, BigInt, Text};
            diesel::sql_query(
                "INSERT INTO audit_erasures (entry_seq, field, digest, by_seq) SELECT * FROM unnest($1, $2, $3, $4)",
            )
            .bind::<Array<BigInt>, _>(erased.iter().map(|field| field.seq).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(erased.iter().map(|field| field.column).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(erased.iter().map(|field| field.digest).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(erased.iter().map(|field| field.by).collect::<Vec<_>>())
            .execute(c)?;
        }
    }
    Ok(())
}
