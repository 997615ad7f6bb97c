//! What the track records of suggestions say, and the grades of differences that follow from them.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::field_decisions;
use super::write::WriteSession;
use crate::domain::ids::{DifferenceId, EntityId, FieldId, ResolutionId};
use crate::domain::suggestion::{ENOUGH, Grade, Scope, Strength, Track, Tracks};
use crate::store::conflicts::Difference;

/// Track records that are looked at.
const MOST: i64 = 10_000;
/// Differences that are graded for the first time at once.
const UNGRADED: i64 = 500;

struct Known(String, Strength);

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.get("scope")?, row.named("strength", Strength::of)?))
    }
}

/// Every track record that says something.
pub async fn all(s: &mut Session) -> Result<Tracks, StoreError> {
    let known: Vec<Known> = s.sql("SELECT * FROM suggestion_tracks").limit(MOST).all().await?;
    Ok(Tracks(known.into_iter().map(|known| (known.0, known.1)).collect()))
}

/// The scopes of decisions.
pub struct Scopes(pub Vec<Scope>);

struct Decided {
    pattern: String,
    entity: EntityId,
    field: FieldId,
    cause: String,
}

impl FromRow for Decided {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            pattern: row.get("pattern")?,
            entity: row.get::<String>("entity")?.into(),
            field: row.get::<String>("field")?.into(),
            cause: row.get("cause")?,
        })
    }
}

/// The newest decision there is.
pub async fn newest(s: &mut Session) -> Result<Option<ResolutionId>, StoreError> {
    let query =
        s.sql("SELECT resolution_id AS value FROM field_decisions ORDER BY resolution_id DESC LIMIT 1");
    Ok(query.value::<String>().await?.map(ResolutionId))
}

/// The scopes of what was decided after that decision.
pub async fn decided_since(s: &mut Session, after: &ResolutionId) -> Result<Scopes, StoreError> {
    let query = s.sql(
        "SELECT DISTINCT pattern, entity, field, cause FROM field_decisions
         WHERE resolution_id > $1 AND suggested IS NOT NULL",
    );
    let found: Vec<Decided> = query.bind(after).limit(MOST).all().await?;
    let pattern = |own: &Decided| Scope::Pattern(own.pattern.clone());
    let mut scopes: Vec<Scope> = found.iter().map(pattern).collect();
    let cause = |Decided { entity, field, cause, .. }| Scope::Cause { entity, field, cause };
    scopes.extend(found.into_iter().map(cause));
    Ok(Scopes(scopes))
}

/// Every scope in which enough was decided to say something.
pub async fn of_enough(s: &mut Session) -> Result<Scopes, StoreError> {
    let query = s.sql(
        "SELECT pattern AS value FROM field_decisions WHERE suggested IS NOT NULL
         GROUP BY pattern HAVING count(*) >= $1",
    );
    let patterns: Vec<String> = query.bind(ENOUGH).limit(MOST).values().await?;
    let query = s.sql(
        "SELECT '' AS pattern, entity, field, cause FROM field_decisions WHERE suggested IS NOT NULL
         GROUP BY entity, field, cause HAVING count(*) >= $1",
    );
    let causes: Vec<Decided> = query.bind(ENOUGH).limit(MOST).all().await?;
    let mut scopes: Vec<Scope> = patterns.into_iter().map(Scope::Pattern).collect();
    scopes.extend(causes.into_iter().map(|own| Scope::Cause {
        entity: own.entity,
        field: own.field,
        cause: own.cause,
    }));
    Ok(Scopes(scopes))
}

/// How suggestions of a scope did.
pub async fn track(s: &mut Session, scope: &Scope) -> Result<Track, StoreError> {
    match scope {
        Scope::Pattern(pattern) => field_decisions::of_pattern(s, pattern).await,
        Scope::Cause { entity, field, cause } => field_decisions::of_cause(s, entity, field, cause).await,
    }
}

/// Stores what a track record says from now on, and grades the open differences it is about. Of a
/// pattern that says nothing any longer they are graded anew, as by their field and cause.
pub async fn save(w: &mut WriteSession, scope: &Scope, strength: Strength) -> Result<(), StoreError> {
    let key = scope.key();
    if strength == Strength::Unknown {
        w.sql("DELETE FROM suggestion_tracks WHERE scope = $1").bind(key).run().await?;
    } else {
        let query = w.sql(
            "INSERT INTO suggestion_tracks (scope, strength) VALUES ($1, $2)
             ON CONFLICT (scope) DO UPDATE SET strength = excluded.strength",
        );
        query.bind(key).bind(strength.as_str()).run().await?;
    }
    let grade = Grade::from(strength).as_str();
    let shown = "UPDATE differences SET suggestion = $1 WHERE state = 'open'
         AND suggestion IN ('high', 'some', 'low', 'unknown') AND suggestion <> $1";
    match scope {
        Scope::Pattern(pattern) => {
            // Looked at for the first time again.
            let grade = if strength == Strength::Unknown { "" } else { grade };
            w.sql(shown).bind(grade).push_bind(" AND pattern = ?", [pattern.into()]).run().await?;
        }
        Scope::Cause { entity, field, cause } => {
            let plain = field.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let rows = format!("{plain}/%");
            let query = w.sql(shown).bind(grade).push_bind(
                " AND cause = ? AND entity = ? AND (field = ? OR field LIKE ? ESCAPE '\\')",
                [cause.as_str().into(), entity.into(), field.into(), rows.into()],
            );
            query.push(" AND pattern NOT IN (SELECT scope FROM suggestion_tracks)").run().await?;
        }
    }
    Ok(())
}

/// Open differences that nobody has looked at yet.
pub async fn ungraded(s: &mut Session) -> Result<Vec<Difference>, StoreError> {
    s.sql("SELECT * FROM differences WHERE state = 'open' AND suggestion = ''").limit(UNGRADED).all().await
}

/// Stores the grade of a difference that had none.
pub async fn set(w: &mut WriteSession, id: &DifferenceId, grade: Grade) -> Result<(), StoreError> {
    let query = w.sql("UPDATE differences SET suggestion = $2 WHERE id = $1 AND suggestion = ''");
    query.bind(id).bind(grade.as_str()).run().await.map(drop)
}
