//! Sending mail: the one way in which Referee speaks to people outside the browser.

use super::Secret;
use crate::domain::time::Time;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;

/// How the line to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    Starttls,
    Tls,
    /// For a relay on this computer.
    None,
}

/// The mail server and the addresses.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub protection: Protection,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub from: String,
    pub to: Vec<String>,
}

/// Why a mail was not sent, in the server's words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("mail: {text}")]
pub struct MailError {
    text: String,
    /// The same letter to the same address will not be taken later either.
    pub lasting: bool,
}

macro_rules! mail_error {
    ($($cause:ty, $lasting:expr);+) => {$(impl From<$cause> for MailError {
        fn from(cause: $cause) -> Self {
            let lasting: fn(&$cause) -> bool = $lasting;
            Self { lasting: lasting(&cause), text: cause.to_string() }
        }
    })+};
}
mail_error!(
    lettre::error::Error, |_| true;
    lettre::transport::smtp::Error, lettre::transport::smtp::Error::is_permanent;
    lettre::address::AddressError, |_| true
);

/// One mail, before it has sender and recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Unlike any other letter's, and the same whenever this one is sent again: a letter that
    /// arrives twice, because its server fell silent in the middle, is recognised as one.
    pub id: String,
    pub at: Time,
    /// One line.
    pub subject: String,
    pub text: String,
}

/// Whether a mail can have this sender or recipient.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// The address of one mailbox, without a name: `ana@example.com`; None if it is none.
#[must_use]
pub fn plain_address(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || "<>,;\"".contains(c));
    (plain && text.contains('@') && is_address(text)).then(|| text.to_owned())
}

/// A way to send mail.
pub struct Mailer {
    /// `host:port`, for people.
    pub place: String,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mailer {
    /// A mailer of these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// An address is not one, or the name of the server cannot be used for TLS.
    pub fn new(settings: &MailSettings) -> Result<Self, MailError> {
        let tls = || TlsParameters::new(settings.host.clone());
        let protection = match settings.protection {
            Protection::Starttls => Tls::Required(tls()?),
            Protection::Tls => Tls::Wrapper(tls()?),
            Protection::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(protection)
            .timeout(Some(Duration::from_secs(20)));
        if let Some((user, password)) = settings.user.clone().zip(settings.password.as_ref()) {
            transport = transport.credentials(Credentials::new(user, password.expose().to_owned()));
        }
        let to = settings.to.iter().map(|address| address.parse()).collect::<Result<_, _>>()?;
        let place = format!("{}:{}", settings.host, settings.port);
        Ok(Self { place, transport: transport.build(), from: settings.from.parse()?, to })
    }

    /// Sends one plain text to everybody.
    ///
    /// # Errors
    /// The server did not take it.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.post(letter, &self.to).await
    }

    /// Sends one plain text to one person.
    ///
    /// # Errors
    /// The address is none, or the server did not take it.
    pub async fn send_to(&self, letter: &Letter, to: &str) -> Result<(), MailError> {
        self.post(letter, &[to.parse()?]).await
    }

    async fn post(&self, letter: &Letter, to: &[Mailbox]) -> Result<(), MailError> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(&letter.subject)
            .date(letter.at.into())
            // Of the sender's domain: the name of this computer is nobody's business.
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(AutoSubmitted);
        for to in to {
            message = message.to(to.clone());
        }
        let message = message.header(ContentType::TEXT_PLAIN).body(letter.text.clone())?;
        self.transport.send(message).await?;
        Ok(())
    }
}

/// Written by a program: nobody's absence is to be answered to it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
