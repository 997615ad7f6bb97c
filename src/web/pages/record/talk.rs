//! What people said, on the timeline of a record.

use super::TimelineEvent;
use super::events::{Happened, Teller, label};
use crate::domain::question::Standing;
use crate::domain::time::{Time, stamp};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::questions::{said, size};

impl Teller<'_> {
    /// Each comment is an event; one that was withdrawn says so in its place.
    pub(super) fn comments(&self, all: &mut Vec<Happened>) {
        for comment in &self.dossier.comments {
            let text = match &comment.withdrawn {
                Some(withdrawn) => msg("past-comment-withdrawn").with("name", &withdrawn.by),
                None => msg("past-commented").with("text", &comment.text),
            };
            let event = TimelineEvent {
                who: literal(&comment.author_name),
                text: Some(text),
                how: msg("past-by-comment"),
                ..self.event(comment.created_at, &comment.id.0, msg("product"))
            };
            let key = format!("{}/{}", stamp(comment.created_at), comment.id);
            all.push(Happened { key, system: None, fields: Vec::new(), event });
        }
    }
}

impl Teller<'_> {
    /// A question is an event, and so is its answer or its end.
    pub(super) fn questions(&self, all: &mut Vec<Happened>) {
        for question in &self.dossier.questions {
            let asked = msg("past-asked").with("name", &question.name).with("text", &question.text);
            let asked = asked.with("text-n", size(&question.text));
            let mut push = |at: Time, who: Msg, text: Msg, mark: &str| {
                let id = format!("{}{mark}", question.id);
                let event = TimelineEvent {
                    who,
                    text: Some(text),
                    field: Some(label(self.dossier, &question.field)),
                    how: msg("past-by-link"),
                    ..self.event(at, &id, msg("product"))
                };
                let key = format!("{}/{id}", stamp(at));
                all.push(Happened { key, system: None, fields: vec![question.field.clone()], event });
            };
            push(question.created_at, literal(&question.asker_name), asked, "q");
            let Some(at) = question.standing.ended_at() else { continue };
            let text = match &question.standing {
                Standing::Answered { answer, .. } => {
                    let key = if answer.text.is_empty() { "past-answered" } else { "past-answered-text" };
                    msg(key).with("answer", said(&question.offered, answer)).with("text", &answer.text)
                }
                other => msg(format!("past-question-{}", other.name())),
            };
            let who = match &question.standing {
                Standing::Answered { .. } => literal(&question.name),
                _ => msg("product"),
            };
            push(at, who, text.with("name", &question.name), "a");
        }
    }
}
