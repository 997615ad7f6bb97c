//! What leaves by mail: anybody may read it, so it tells nothing that is limited to a role.

use super::crawl::prepared;
use super::story::{OF_ADMINS, OF_STEWARDS, conflict, disputed};
use crate::support::mailbox::Mailbox;
use referee::connectors::mail::{MailSettings, Mailer, Protection};
use referee::domain::language::Language;
use referee::engine::alerts::Mail;
use referee::store::alerts::Alert;
use referee::web::letter;
use reqwest::StatusCode;
use std::sync::Arc;

fn mailer(port: u16) -> Mailer {
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port,
        protection: Protection::None,
        user: None,
        password: None,
        from: "referee@example.com".into(),
        to: vec!["it@example.com".into()],
    };
    Mailer::new(&settings).unwrap()
}

#[tokio::test]
async fn no_mail_tells_what_is_limited_to_a_role() {
    let Some(mailbox) = Mailbox::start() else { return };
    let app = disputed(None).await;
    prepared(&app).await;
    let words = |alert: &Alert| letter::of_alert(alert, "https://referee.example", Language::English);
    app.engine.mail_alerts(&Mail::new(mailer(mailbox.port), Box::new(words))).await.unwrap();
    let alerted = mailbox.letters().len();
    assert!(alerted > 0, "a refused write and an incident are told of");

    app.engine.post_by(Arc::new(mailer(mailbox.port)));
    let (omar, found) = (app.sign_in("omar").await, conflict(&app, 6).await);
    for (field, status) in [("account", StatusCode::UNPROCESSABLE_ENTITY), ("city", StatusCode::SEE_OTHER)] {
        let own = found.1.iter().find(|one| one.dispute.field.as_str() == field).unwrap();
        let fields = [
            ("question-about", own.id.as_str()),
            ("question-address", "ada@example.com"),
            ("question-text", "Which is it?"),
        ];
        let sent = omar.post(&format!("/conflicts/{}/questions", found.0.id), &fields).await;
        assert_eq!(sent.status, status, "{field}: {}", sent.body);
    }
    let letters = mailbox.wait(alerted + 1).await;
    for letter in letters {
        let text = letter.to_string().to_lowercase();
        assert!(!text.contains(OF_ADMINS) && !text.contains(OF_STEWARDS), "{letter:#}");
    }
}
