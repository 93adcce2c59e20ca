//! Several rows of several tables with one round trip.

#[cfg(feature = "postgres")]
use diesel::pg::Pg;
#[cfg(feature = "postgres")]
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

/// Inserts that PostgreSQL is sent as one statement: each is a part of `WITH`. References between them are checked at its
/// end.
#[cfg(feature = "postgres")]
pub struct Together<'a>(pub Vec<Box<dyn QueryFragment<Pg> + 'a>>);

#[cfg(feature = "postgres")]
impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        for (n, part) in self.0.iter().enumerate() {
            out.push_sql(if n == 0 { "WITH " } else { ", " });
            out.push_sql(&format!("part{n} AS ("));
            part.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(" SELECT 1");
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

#[cfg(feature = "postgres")]
impl diesel::RunQueryDsl<diesel::PgConnection> for Together<'_> {}

/// Runs inserts, of which those after the semicolon may be missing; over a network all of them with one round trip.
macro_rules! insert_together {
    ($connection:expr, $($insert:expr),+; $($maybe:expr),*) => {
        match $connection {
            $crate::store::AnyConnection::Sqlite(c) => {
                $(diesel::RunQueryDsl::execute($insert, c)?;)+
                $(if let Some(insert) = $maybe {
                    diesel::RunQueryDsl::execute(insert, c)?;
                })*
            }
            #[cfg(feature = "postgres")]
            $crate::store::AnyConnection::Postgres(c) => {
                let mut parts: Vec<Box<dyn diesel::query_builder::QueryFragment<diesel::pg::Pg> + '_>> =
                    vec![$(Box::new($insert)),+];
                $(if let Some(insert) = $maybe {
                    parts.push(Box::new(insert));
                })*
                diesel::RunQueryDsl::execute($crate::store::dialect::Together(parts), c)?;
            }
        }
    };
}

pub(in crate::store) use insert_together;
