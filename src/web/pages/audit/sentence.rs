//! An entry as a sentence: who did what, with the values that were sealed beside it.

mod talk;

use crate::domain::audit::{Action, ActorKind, Line};
use crate::domain::ids::FieldId;
use crate::domain::schedule::WEEKDAYS;
use crate::domain::time::parse_stamp;
use crate::engine::Setup;
use crate::engine::detect::RECORD;
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::words;
use crate::web::when::Clockface;
use std::collections::BTreeMap;

/// The end of an identifier: what tells it apart where people read it.
#[must_use]
pub fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

/// An entry with what is needed to say it.
pub struct Spoken<'a> {
    pub setup: &'a Setup,
    pub face: &'a Clockface,
    pub line: &'a Line,
    pub values: &'a BTreeMap<String, String>,
}

impl Spoken<'_> {
    pub(super) fn fact(&self, name: &str) -> &str {
        self.line.facts.get(name).map_or("", String::as_str)
    }

    /// A personal value; a sign where it was erased.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("∅", String::as_str)
    }

    /// What a request was bound to: sealed, or as earlier entries have it.
    fn digest(&self) -> &str {
        match self.fact("digest") {
            "" => self.value("digest"),
            plain => plain,
        }
    }

    /// Why, in somebody's words: sealed, or as earlier entries have it.
    fn reason(&self) -> &str {
        match self.fact("reason") {
            "" => self.value("reason"),
            plain => plain,
        }
    }

    fn number(&self, name: &str) -> i64 {
        self.fact(name).parse().unwrap_or(0)
    }

    /// A field or group by its name on screen.
    fn label(&self, id: &FieldId) -> String {
        let entity = self.line.about.entity.as_ref().and_then(|entity| self.setup.catalog.entity(entity));
        let slot = entity.and_then(|entity| entity.slot(id)).map(|slot| slot.label.to_owned());
        let field = || entity.and_then(|entity| entity.field_label(id));
        // The record as a whole goes by its kind, as on its page.
        let whole = || entity.filter(|_| id.as_str() == RECORD).map(|entity| entity.label.clone());
        slot.or_else(field).or_else(whole).unwrap_or_else(|| id.0.clone())
    }

    /// What the entry is about: the field, else the kind of record.
    pub(super) fn field(&self) -> String {
        let entity = || {
            let id = self.line.about.entity.as_ref()?;
            Some(self.setup.catalog.entity_label(id).to_owned())
        };
        match &self.line.about.field {
            Some(field) => self.label(field),
            None => entity().unwrap_or_default(),
        }
    }

    fn fields(&self) -> Vec<String> {
        let names = self.fact("fields").split([',', ' ']).filter(|name| !name.is_empty());
        names.map(|name| self.label(&name.into())).collect()
    }

    fn system(&self) -> String {
        let system = self.line.about.system.as_ref();
        system.map_or_else(String::new, |system| self.setup.catalog.label(system).to_owned())
    }

    pub(super) fn by(&self, key: &'static str) -> Msg {
        match self.line.actor.kind {
            // Which policy it followed stands among the details.
            ActorKind::Rule => msg(key).with("actor", msg("product")),
            _ => msg(key).with("actor", &self.line.actor.name),
        }
    }

    /// The entry as a sentence, who did it first.
    #[must_use]
    pub fn sentence(&self) -> Msg {
        match self.line.action {
            Action::ConflictOpened => self.by("said-opened").with("fields", self.fields()),
            Action::ConflictReopened => self.by("said-reopened").with("fields", self.fields()),
            Action::ConflictClosed => self.by("said-closed"),
            Action::ConflictClaimed => self.by("said-claimed"),
            Action::ConflictAssigned
            | Action::ConflictPutOff
            | Action::ConflictReturned
            | Action::ConflictEscalated
            | Action::ConflictSentBack
            | Action::ConflictSkipped
            | Action::RouteChanged
            | Action::AwayChanged => self.routed(),
            Action::Decided | Action::SettledByRule => self.decision(),
            Action::SettledByItself => self.by("entry-settled-itself").with("field", self.field()),
            Action::ReviewAsked => self.by("said-asked").with("field", self.field()),
            Action::Commented | Action::CommentWithdrawn | Action::Tagged | Action::Untagged => self.talk(),
            Action::QuestionAsked
            | Action::QuestionAnswered
            | Action::QuestionWithdrawn
            | Action::QuestionEnded
            | Action::DecisionTold
            | Action::Objected => self.outside(),
            Action::CauseCorrected => self
                .by("said-cause")
                .with("field", self.field())
                .with("cause", words::cause(self.fact("cause"))),
            Action::SampleDrawn => self.by("said-sample-drawn").with("n", self.number("size")),
            Action::SampleAnswered => self.by("said-sample-answered").with("field", self.field()),
            Action::Undone => self.by("said-undone"),
            Action::Reversed => self.by("said-reversed").with("field", self.field()),
            Action::DeliveryConfirmed
            | Action::DeliveryAcceptedWithChanges
            | Action::DeliveryRefused
            | Action::DeliveryOvertaken
            | Action::DeliveryByHand
            | Action::DeliveryRetried => self.delivery(),
            Action::TargetPaused => self.paused(),
            Action::TargetResumed => self.by("said-target-resumed").with("system", self.system()),
            Action::RunEnded | Action::RunFailed => self.run(),
            Action::PolicyChanged
            | Action::PolicyDrafted
            | Action::PolicyDraftRebased
            | Action::PolicyDraftDiscarded
            | Action::PolicyShadowStarted
            | Action::PolicyShadowEnded => self.policy(),
            Action::ConfigurationChanged => self.configured(),
            Action::WritesEnabled => self.by("said-writes-on").with("system", self.system()),
            Action::WritesDisabled => self.by("said-writes-off").with("system", self.system()),
            Action::RecordSeparated | Action::RecordRejoined => self.separated(),
            Action::LinksImported => self.by("said-links").with("n", self.number("rows")),
            Action::IncidentOpened | Action::IncidentDecided | Action::IncidentEnded => self.incident(),
            _ if is_of_many(&self.line.action) => self.many(),
            _ => self.account(),
        }
    }

    /// Many decided at once, and what a second person did.
    fn many(&self) -> Msg {
        match self.line.action {
            Action::GroupTakenBack => self
                .by(if self.fact("how") == "reverse" { "said-group-reversed" } else { "said-group-undone" })
                .with("n", self.number("differences")),
            Action::ApprovalAsked => self.by("said-approval-asked").with("digest", self.digest()),
            Action::Approved => self.by("said-approved").with("digest", self.digest()),
            Action::ApprovalSentBack => self.by("said-decision-sent-back").with("why", self.reason()),
            Action::ApprovalEnded => self.by("said-approval-ended"),
            Action::ApprovalExpired => msg("said-approval-expired").with("digest", self.digest()),
            _ => self.by("said-group").with("n", self.number("differences")),
        }
    }

    /// Writing to a system waits.
    fn paused(&self) -> Msg {
        self.by(match self.fact("because") {
            "no_sign_in" => "said-target-no-sign-in",
            _ => "said-target-paused",
        })
        .with("system", self.system())
    }

    /// Policies in force, in a draft, or in shadow.
    fn policy(&self) -> Msg {
        match self.line.action {
            Action::PolicyChanged if self.fact("reason").is_empty() => self.by("said-policy-first"),
            Action::PolicyChanged => {
                self.by("entry-policy").with("field", self.field()).with("why", self.fact("reason"))
            }
            Action::PolicyShadowStarted | Action::PolicyShadowEnded => {
                let started = self.line.action == Action::PolicyShadowStarted;
                let said = self.by(if started { "said-shadow" } else { "said-shadow-ended" });
                said.with("n", self.number("days")).with("why", self.fact("reason"))
            }
            _ => self.draft(),
        }
    }

    /// A draft of the policies: nothing of it is in force.
    fn draft(&self) -> Msg {
        let key = match (self.line.action, self.fact("drafted_by")) {
            (Action::PolicyDrafted, _) => "said-draft",
            (Action::PolicyDraftRebased, "") => "said-draft-rebased",
            (Action::PolicyDraftRebased, _) => "said-draft-rebased-of",
            (_, "") => "said-draft-gone",
            _ => "said-draft-gone-of",
        };
        let said = self.by(key).with("n", self.number("based_on")).with("why", self.fact("reason"));
        said.with("field", self.field()).with("author", self.fact("drafted_by"))
    }

    /// A row that is another record, or is linked again.
    fn separated(&self) -> Msg {
        let parted = self.line.action == Action::RecordSeparated;
        let said = self.by(if parted { "said-separated" } else { "said-rejoined" });
        said.with("system", self.system()).with("id", self.value("external_id"))
    }

    fn incident(&self) -> Msg {
        let said = match self.line.action {
            Action::IncidentOpened => self.by("said-incident-opened"),
            Action::IncidentDecided => self.by("said-incident-decided"),
            _ => self.by("said-incident-ended"),
        };
        let said = said.with("system", self.system()).with("n", self.number("records"));
        let said = said.with("kind", msg(format!("incident-kind-{}", self.fact("kind"))));
        match self.fact("how") {
            "" => said,
            how => said.with("how", msg(format!("ending-{how}"))),
        }
    }

    fn decision(&self) -> Msg {
        let by_rule = self.line.action == Action::SettledByRule;
        let (field, kept) = (self.field(), self.values.contains_key("kept"));
        match self.fact("outcome") {
            "type" => self.by("entry-typed").with("field", field).with("value", self.value("typed")),
            "leave_different" => {
                let until = parse_stamp(self.fact("until")).map(|until| self.face.date(until));
                self.by("entry-left")
                    .with("field", field)
                    .with("until", until.unwrap_or_else(|_| literal("")))
            }
            "create_there" => self.by("said-created").with("field", field).with("value", self.value("kept")),
            "clear" => self.by("said-cleared").with("field", field),
            "combine" => self.by("said-combined").with("field", field).with("value", self.value("kept")),
            "remove_elsewhere" => self.by("said-removed").with("field", field),
            _ if self.fact("rule") == "tidy_formatting" => self.by("said-tidied").with("field", field),
            _ if by_rule && !kept => self.by("said-settled").with("field", field),
            _ => {
                let key = if by_rule { "said-settled-over" } else { "said-kept" };
                let said = self.by(key).with("field", field).with("value", self.value("kept"));
                said.with("lost", self.value("over"))
            }
        }
    }

    fn delivery(&self) -> Msg {
        let key = match self.line.action {
            Action::DeliveryConfirmed => "said-confirmed",
            Action::DeliveryAcceptedWithChanges => "said-accepted",
            Action::DeliveryRefused => "entry-refused",
            Action::DeliveryOvertaken => "entry-overtaken",
            Action::DeliveryByHand => "said-by-hand",
            _ => "said-retried",
        };
        self.by(key)
            .with("system", self.system())
            .with("field", self.field())
            .with("value", self.value("becomes"))
            .with("said", self.value("message"))
    }

    fn run(&self) -> Msg {
        let key = if self.line.action == Action::RunEnded { "entry-run" } else { "entry-run-failed" };
        // Entries of earlier days have it in their line.
        let said = Some(self.fact("error")).filter(|said| !said.is_empty());
        self.by(key)
            .with("system", self.system())
            .with("n", self.number("rows_read"))
            .with("changed", self.number("rows_changed"))
            .with("said", said.unwrap_or_else(|| self.value("error")))
    }

    fn configured(&self) -> Msg {
        let system = self.system();
        if let what @ ("reading" | "writing") = self.fact("what") {
            let key = match (what, self.fact("paused")) {
                ("reading", "true") => "said-reading-paused",
                ("reading", _) => "said-reading-resumed",
                (_, "true") => "said-writing-paused",
                _ => "said-writing-resumed",
            };
            let id = self.line.about.entity.as_ref();
            let kind = id.and_then(|id| self.setup.catalog.entity(id)).map(|entity| entity.label.clone());
            return self.by(key).with("system", system).with("entity", kind.unwrap_or_default());
        }
        match self.fact("paused") {
            "true" => self.by("said-paused").with("system", system),
            "false" => self.by("said-resumed").with("system", system),
            _ if system.is_empty() => self.by("said-configured"),
            _ => self.by("said-configured-system").with("system", system),
        }
    }

    fn account(&self) -> Msg {
        match self.line.action {
            Action::UserAdded => self.by("said-user-added").with("person", self.value("name")),
            Action::UserChanged => self.by("said-user-changed").with("what", self.changed()),
            Action::TokenIssued => self.by("said-token").with("name", self.value("name")),
            Action::TokenRevoked => self.by("said-token-revoked"),
            Action::SignedIn => self.by("entry-signed-in"),
            Action::SignInFailed => msg("entry-sign-in-failed").with("login", self.value("login")),
            Action::SignedOut => self.by("said-signed-out"),
            Action::Read if self.fact("view") == "dry_run" => {
                self.by("said-read-dry-run").with("entity", self.field())
            }
            Action::Read if self.fact("view") == "policy_draft" => {
                self.by("said-read-draft").with("entity", self.field())
            }
            Action::Read if self.fact("view") == "policy_trial" => {
                self.by("said-read-trial").with("field", self.field())
            }
            Action::Read if self.fact("view") == "explanation" => {
                let record = self.line.about.record.as_ref();
                self.by("said-read-explanation")
                    .with("id", record.map_or_else(String::new, |own| short(&own.0)))
            }
            Action::Read => match &self.line.about.record {
                Some(record) => self.by("said-read-record").with("id", short(&record.0)),
                None => self.by("said-read"),
            },
            Action::ViewReportScheduled if self.fact("at") == "once" => {
                self.by("said-report-once").with("view", self.value("view"))
            }
            Action::ViewReportScheduled => {
                let said = self.by("said-report").with("view", self.value("view"));
                said.with("at", self.fact("at")).with("day", report_day(self.fact("on")))
            }
            Action::ViewReportEnded => self.by("said-report-ended").with("view", self.value("view")),
            Action::Exported if self.fact("what") == "view" => {
                let said = self.by("said-report-mailed").with("n", self.number("entries"));
                said.with("view", self.value("filter"))
            }
            Action::Exported => {
                let said = self.by("said-exported").with("n", self.number("entries"));
                said.with("format", self.fact("format").to_uppercase())
            }
            _ => self.by("said-other").with("what", self.line.action.as_str().replace('_', " ")),
        }
    }

    /// What of an account was changed, as its fact says: `roles: steward -> admin`.
    fn changed(&self) -> String {
        let facts = self.line.facts.iter().map(|(name, value)| format!("{name} {value}"));
        facts.collect::<Vec<_>>().join(", ")
    }

    /// The record, the reason, the version of the policy, the filter of an export.
    #[must_use]
    pub fn details(&self) -> Vec<Msg> {
        let mut details = Vec::new();
        details.extend(self.values.get("record").map(literal));
        let reason = self.fact("reason");
        if self.line.action == Action::Decided && !reason.is_empty() {
            details.push(msg("said-reason").with("reason", reason_text(reason)));
        } else if matches!(self.line.action, Action::WritesEnabled | Action::WritesDisabled)
            || self.line.facts.contains_key("paused")
        {
            details.extend((!reason.is_empty()).then(|| literal(reason)));
        }
        details.extend(self.values.get("text").map(literal));
        details.extend(self.values.get("note").filter(|note| !note.is_empty()).map(literal));
        details.extend(self.values.get("filter").filter(|filter| !filter.is_empty()).map(literal));
        details.extend(self.line.policy_version.map(|n| msg("said-policy-version").with("n", n)));
        if let Some(run) = &self.line.about.run {
            details.push(msg("event-run").with("n", short(&run.0)));
        }
        details
    }
}

fn reason_text(code: &str) -> Msg {
    match code {
        "source_of_truth" => msg("reason-source-of-truth"),
        "newer_change" => msg("reason-newer"),
        "confirmed_with_customer" => msg("reason-confirmed"),
        "document_seen" => msg("reason-document"),
        "formatting" => msg("reason-formatting"),
        "other" => msg("reason-other"),
        other => literal(other),
    }
}

/// On which days a report comes, as its form says it.
fn report_day(day: &str) -> Msg {
    let weekday = WEEKDAYS.iter().zip(1..).find(|(name, _)| **name == day);
    weekday.map_or_else(
        || msg("report-daily"),
        |(_, n)| msg("report-weekly").with("day", msg(format!("weekday-{n}"))),
    )
}

/// Whether it is about many decided at once, or what a second person did.
fn is_of_many(action: &Action) -> bool {
    matches!(
        action,
        Action::GroupTakenBack
            | Action::GroupDecided
            | Action::ApprovalAsked
            | Action::Approved
            | Action::ApprovalSentBack
            | Action::ApprovalEnded
            | Action::ApprovalExpired
    )
}
