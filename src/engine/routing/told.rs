//! Whom routing tells.

use super::Crew;
use crate::domain::access::Viewer;
use crate::domain::audit::{Action, Event};
use crate::domain::ids::{CommentId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::routing::Desk;
use crate::engine::notices;
use crate::store::comments::{self, Comment};
use crate::store::conflicts::Conflict;
use crate::store::{StoreError, WriteSession};

/// People of a role who are told of an escalation to it.
const MOST: usize = 50;

/// What was said when a conflict was sent back stands among its comments, where everybody reads it.
async fn say(
    w: &mut WriteSession,
    by: Option<&Viewer>,
    conflict: &Conflict,
    event: &Event,
) -> Result<(), StoreError> {
    let (Some(by), Some(words)) = (by, event.values.get("words")) else { return Ok(()) };
    let comment = Comment {
        id: CommentId(w.new_id()),
        conflict: conflict.id.clone(),
        record: conflict.record.clone(),
        entity: conflict.entity.clone(),
        author: by.user.clone(),
        author_name: by.name.clone(),
        text: words.clone(),
        created_at: w.now(),
        withdrawn: None,
    };
    let form = comment.id.0.clone();
    comments::insert(w, &comment, &form).await.map(drop)
}

/// Tells those whom a change of who looks at a conflict concerns. `by` is None where Referee did it.
pub(super) async fn tell(
    w: &mut WriteSession,
    by: Option<&Viewer>,
    crew: &Crew,
    conflict: &Conflict,
    event: &Event,
) -> Result<(), StoreError> {
    let notice = |kind| {
        let notice = Notice::of_conflict(kind, &conflict.id, &conflict.record, &conflict.entity);
        match by {
            Some(by) => notice.by(&by.user, &by.name),
            None => notice.fact("by", "Referee"),
        }
    };
    match event.action {
        Action::ConflictSentBack => {
            say(w, by, conflict, event).await?;
            // Whoever gave it learns of the answer, whether they decide or not.
            if let Some(giver) = event.facts.get("giver").map(|id| UserId(id.clone())) {
                notices::tell(w, &giver, notice(NoticeKind::SentBack)).await?;
            }
        }
        Action::ConflictAssigned => {
            if let Some(assignee) = &conflict.assignee {
                notices::tell(w, assignee, notice(NoticeKind::Assigned)).await?;
            }
        }
        Action::ConflictEscalated => {
            let desk = conflict.escalation.as_ref().map(|asked| &asked.to);
            let people = match desk {
                // Of who is away the deputy has it.
                Some(Desk::Person(id)) => {
                    let deputy = conflict.assignee.iter().filter(|assignee| *assignee != id);
                    std::iter::once(id).chain(deputy).cloned().collect()
                }
                Some(Desk::Role(role)) => {
                    let members = crew.team.iter().filter(|member| member.has(*role));
                    members.take(MOST).map(|member| member.id.clone()).collect()
                }
                None => Vec::new(),
            };
            for person in people {
                notices::tell(w, &person, notice(NoticeKind::Escalated)).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
