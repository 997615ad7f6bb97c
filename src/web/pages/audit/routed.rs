//! Entries about who looks at a conflict, and when, as sentences.

use super::sentence::Spoken;
use crate::domain::audit::Action;
use crate::domain::time::parse_stamp;
use crate::web::messages::{Msg, literal, msg};

impl Spoken<'_> {
    /// What routing did.
    pub(super) fn routed(&self) -> Msg {
        match (self.line.action, self.fact("because")) {
            (Action::ConflictAssigned, "route") => {
                self.by("said-assigned-route").with("name", self.value("name"))
            }
            (Action::ConflictAssigned, _) if self.fact("to").is_empty() => self.by("said-assigned-nobody"),
            (Action::ConflictAssigned, _) => self.by("said-assigned").with("name", self.value("name")),
            (Action::ConflictPutOff, _) => self.by(self.put_off()).with("until", self.until()),
            (Action::ConflictReturned, "change") => msg("said-returned-change"),
            (Action::ConflictReturned, "reply") => msg("said-returned-reply"),
            (Action::ConflictReturned, "called") => self.by("said-returned-called"),
            (Action::ConflictReturned, because @ ("unanswered" | "withdrawn")) => {
                msg(format!("said-returned-{because}"))
            }
            (Action::ConflictReturned, _) => msg("said-returned-time"),
            (Action::ConflictEscalated, "overdue") => {
                msg("said-escalated-overdue").with("name", self.value("name"))
            }
            (Action::ConflictEscalated, _) => self
                .by("said-escalated")
                .with("name", self.value("name"))
                .with("question", self.value("question")),
            (Action::ConflictSentBack, _) => self.by("said-sent-back").with("words", self.value("words")),
            (Action::ConflictSkipped, _) => match self.value("reason") {
                "" => self.by("said-skipped"),
                reason => self.by("said-skipped-because").with("reason", reason),
            },
            (Action::RouteChanged, _) => {
                let gone = !self.fact("removed").is_empty();
                self.by(if gone { "said-route-gone" } else { "said-route" }).with("field", self.field())
            }
            _ => self.away(),
        }
    }

    fn put_off(&self) -> &'static str {
        match self.fact("ends") {
            "change" => "said-put-off-change",
            "reply" => "said-put-off-reply",
            _ => "said-put-off",
        }
    }

    fn away(&self) -> Msg {
        let key = match (self.fact("until"), self.fact("deputy")) {
            ("", _) => "said-back",
            (_, "") => "said-away",
            _ => "said-away-deputy",
        };
        self.by(key).with("until", self.day()).with("name", self.value("name"))
    }

    fn day(&self) -> Msg {
        let until = parse_stamp(self.fact("until"));
        until.map_or_else(|_| literal(""), |until| self.face.moment(until).text)
    }

    fn until(&self) -> Msg {
        msg("until-day").with("when", self.day())
    }
}
