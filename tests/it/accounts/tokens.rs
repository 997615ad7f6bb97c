//! Tokens of programs.

use super::{actions, on_both};
use crate::support::app::{Answer, TestApp};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::audit::Action;
use referee::engine::accounts::{AccountError, NewToken, command_line};
use reqwest::{Method, StatusCode};

async fn issue(app: &TestApp, login: &str, days: i64) -> Result<String, AccountError> {
    let new = NewToken { login: login.into(), name: "nightly import".into(), days };
    app.accounts.issue_token(command_line(), new).await
}

async fn ask(app: &TestApp, path: &str, token: &str) -> Answer {
    let program = app.visitor();
    program.send(program.request(Method::GET, path).bearer_auth(token)).await
}

#[tokio::test]
async fn a_token_has_its_users_rights_until_it_ends() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        app.add("ada", &[Role::Admin]).await;
        let (ana, ada) = (issue(&app, "ana", 30).await.unwrap(), issue(&app, "ADA", 1).await.unwrap());
        assert_eq!(ask(&app, "/api/v1/me", &ana).await.json()["login"], "ana");
        let refused = ask(&app, "/api/v1/users", &ana).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.json()["code"], "forbidden");
        assert_eq!(refused.json()["request"].as_str(), Some(refused.header("x-request-id")));
        assert_eq!(ask(&app, "/api/v1/users", &ada).await.json()["items"][1]["login"], "ana");

        app.clock.advance(TimeDelta::hours(25));
        let ended = ask(&app, "/api/v1/me", &ada).await;
        assert_eq!((ended.status, ended.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
        assert_eq!(ask(&app, "/api/v1/me", &ana).await.status, StatusCode::OK);
        app.accounts.set_password(command_line(), "ana", "four wooden spoons").await.unwrap();
        assert_eq!(ask(&app, "/api/v1/me", &ana).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_or_changed_token_lets_nobody_in() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let (token, other) = (issue(&app, "ana", 30).await.unwrap(), issue(&app, "ana", 30).await.unwrap());
        let id = app.engine.store().session().await.unwrap();
        let mut session = id;
        let user = referee::store::users::by_login(&mut session, "ana").await.unwrap().unwrap();
        let tokens = referee::store::tokens::of_user(&mut session, &user.id).await.unwrap();
        drop(session);
        // The newest first: the second one.
        app.accounts.revoke_token(command_line(), &tokens[0].id).await.unwrap();
        assert_eq!(ask(&app, "/api/v1/me", &other).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&app, "/api/v1/me", &token).await.status, StatusCode::OK);
        let again = app.accounts.revoke_token(command_line(), &tokens[0].id).await;
        assert_eq!(again, Err(AccountError::NoSuchToken));

        let swapped = format!("{}{}", &token[..37], &other[37..]);
        for wrong in ["", "ref_", "x", &token[..token.len() - 1], &swapped, &token.to_uppercase()] {
            assert_eq!(ask(&app, "/api/v1/me", wrong).await.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        // A token is for programs alone: it opens no page.
        assert_eq!(ask(&app, "/", &token).await.leads_to(), "/sign-in");
        let told = actions(&app).await;
        assert_eq!(told, [Action::UserAdded, Action::TokenIssued, Action::TokenIssued, Action::TokenRevoked]);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_not_issued_for_nobody_or_for_ever() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    assert_eq!(issue(&app, "bob", 1).await, Err(AccountError::NoSuchUser("bob".into())));
    for days in [0, -1, 367, i64::MAX] {
        assert_eq!(issue(&app, "ana", days).await, Err(AccountError::BadExpiry));
    }
}
