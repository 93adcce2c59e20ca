//! Statements in words of our own that a connection keeps parsed and planned, as it does with those that diesel builds;
//! `diesel::sql_query` has each of them parsed anew.

use std::marker::PhantomData;

use chrono::NaiveDateTime;
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text, Timestamp};

enum Piece {
    Words(String),
    Text(String),
    Number(i64),
    Moment(NaiveDateTime),
}

/// A statement that answers with rows of these SQL types. Its words must be one of few, since each of them is kept:
/// whatever varies is a value.
pub struct Kept<Row> {
    pieces: Vec<Piece>,
    row: PhantomData<Row>,
}

impl<Row> Kept<Row> {
    /// A statement that begins so.
    pub fn of(words: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Words(words.into())], row: PhantomData }
    }

    /// Goes on with these words.
    pub fn words(self, words: impl Into<String>) -> Self {
        self.and(Piece::Words(words.into()))
    }

    /// Goes on with this value.
    pub fn text(self, value: impl Into<String>) -> Self {
        self.and(Piece::Text(value.into()))
    }

    /// Goes on with this value.
    pub fn number(self, value: i64) -> Self {
        self.and(Piece::Number(value))
    }

    /// Goes on with this value.
    pub fn moment(self, value: NaiveDateTime) -> Self {
        self.and(Piece::Moment(value))
    }

    fn and(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }
}

impl<Row, DB> QueryFragment<DB> for Kept<Row>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Timestamp>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => out.push_sql(words),
                Piece::Text(value) => out.push_bind_param::<Text, _>(value)?,
                Piece::Number(value) => out.push_bind_param::<BigInt, _>(value)?,
                Piece::Moment(value) => out.push_bind_param::<Timestamp, _>(value)?,
            }
        }
        Ok(())
    }
}

impl<Row> QueryId for Kept<Row> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Row> Query for Kept<Row> {
    type SqlType = Row;
}

impl<Row, Conn> diesel::RunQueryDsl<Conn> for Kept<Row> {}
