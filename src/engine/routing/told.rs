//! Whom routing tells.

use super::Crew;
use crate::domain::access::Viewer;
use crate::domain::audit::{Action, Event};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::routing::Desk;
use crate::engine::notices;
use crate::store::conflicts::Conflict;
use crate::store::{StoreError, WriteSession};

/// People of a role who are told of an escalation to it.
const MOST: usize = 50;

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
        Action::ConflictAssigned | Action::ConflictSentBack => {
            if let Some(assignee) = &conflict.assignee {
                notices::tell(w, assignee, notice(NoticeKind::Assigned)).await?;
            }
        }
        Action::ConflictEscalated => {
            let desk = conflict.escalation.as_ref().map(|asked| &asked.to);
            let people = match desk {
                Some(Desk::Person(id)) => vec![id.clone()],
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
