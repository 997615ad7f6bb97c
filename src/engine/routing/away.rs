//! Who stands in while somebody is away.

use super::Crew;
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::UserId;
use crate::domain::time::{Time, stamp};
use crate::engine::{Engine, Refusal};
use crate::store::routing;
use chrono::TimeDelta;

/// Nobody is away for longer without saying so again.
const LONGEST_DAYS: i64 = 366;

/// A time away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    pub from: Time,
    pub until: Time,
    /// None: what is theirs waits for them, and they are given nothing new by a route.
    pub deputy: Option<UserId>,
}

impl Engine {
    /// Says when this person is away and who stands in, or with None that they are there. What is
    /// theirs is their deputy's too meanwhile; what would be given to them is given to the deputy.
    ///
    /// # Errors
    /// The time ends before it begins, has passed or is longer than a year; the deputy is the person
    /// themselves, does not decide, or is away then; or the store failed.
    pub async fn set_away(&self, viewer: &Viewer, away: Option<Away>) -> Result<(), Refusal> {
        let invalid = |text: &str| Err(Refusal::Invalid(text.to_owned()));
        if let Some(away) = &away {
            if away.until <= away.from || away.until <= self.now() {
                return invalid("the time away ends before it begins, or has passed");
            }
            if away.until > away.from + TimeDelta::days(LONGEST_DAYS) {
                return invalid("a time away may be a year at most");
            }
            if away.deputy.as_ref() == Some(&viewer.user) {
                return invalid("choose somebody else to stand in");
            }
        }
        let by = viewer.clone();
        self.store
            .write(async move |w| {
                let crew = Crew::load(w).await?;
                let deputy = away.as_ref().and_then(|away| away.deputy.as_ref());
                if let Some(deputy) = deputy.map(|id| crew.deciding(id)).transpose()?
                    && let Some((from, until)) = deputy.away
                    && away.as_ref().is_some_and(|own| own.from < until && from < own.until)
                {
                    return Err(Refusal::Invalid(format!("{} is away then too", deputy.name)));
                }
                let span = away.as_ref().map(|away| (away.from, away.until));
                routing::set_away(w, &by.user, span, deputy).await?;
                let about = About { user: Some(by.user.clone()), ..About::default() };
                let mut event = Event::new(Action::AwayChanged, by.actor(), about);
                if let Some(away) = &away {
                    event = event.fact("from", stamp(away.from)).fact("until", stamp(away.until));
                }
                if let Some(deputy) = deputy {
                    event = event.fact("deputy", deputy).value("name", crew.name(deputy));
                }
                Ok(((), vec![event]))
            })
            .await
    }
}
