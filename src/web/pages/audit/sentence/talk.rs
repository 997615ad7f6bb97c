//! What people said about a conflict.

use super::Spoken;
use crate::domain::audit::Action;
use crate::web::messages::Msg;

impl Spoken<'_> {
    /// A comment, a tag.
    pub(super) fn talk(&self) -> Msg {
        match self.line.action {
            Action::Commented => self.by("said-commented"),
            Action::CommentWithdrawn => self.by("said-comment-withdrawn").with("of", self.word("of")),
            Action::Untagged => self.by("said-untagged").with("tag", self.word("tag")),
            _ => self.by("said-tagged").with("tag", self.word("tag")),
        }
    }
}

impl Spoken<'_> {
    /// A word of somebody's own: sealed, and in the clear in lines that are older than that.
    fn word(&self, name: &str) -> &str {
        match self.fact(name) {
            "" => self.value(name),
            clear => clear,
        }
    }

    /// What people outside were asked or told, and what they said.
    pub(super) fn outside(&self) -> Msg {
        let key = match (self.line.action, self.fact("because")) {
            (Action::QuestionAsked, _) => "said-question-asked",
            (Action::QuestionAnswered, _) => "said-question-answered",
            (Action::QuestionWithdrawn, _) => "said-question-withdrawn",
            (Action::QuestionEnded, "over") => "said-question-over",
            (Action::QuestionEnded, _) => "said-question-expired",
            (Action::DecisionTold, _) => "said-decision-told",
            _ => "said-objected",
        };
        self.by(key).with("name", self.value("name")).with("field", self.field())
    }
}
