//! `referee token`.

use super::Failed;
use super::place::Place;
use clap::{Args, Subcommand};
use referee::domain::time::stamp;
use referee::engine::accounts::{AccountError, Accounts, NewToken, command_line, login_form};
use referee::store::{tokens, users};
use std::process::ExitCode;

/// Issue, list and revoke the tokens of programs.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  referee token issue ana --name \"nightly import\" --days 30
  curl -H \"Authorization: Bearer ref_...\" http://127.0.0.1:8080/api/v1/me")]
pub enum Token {
    /// Issue a token with the rights of a user; it is printed once
    Issue(Issue),
    /// List the tokens of a user
    List(List),
    /// End a token at once
    Revoke(Revoke),
}

#[derive(Args)]
pub struct Issue {
    login: String,
    /// What it is for
    #[arg(long)]
    name: String,
    /// How many days it lasts
    #[arg(long, default_value_t = 90)]
    days: i64,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct List {
    login: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Revoke {
    /// As 'referee token list' prints it
    id: String,
    #[command(flatten)]
    place: Place,
}

impl Token {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        match self {
            Self::Issue(Issue { login, name, days, place }) => {
                let (_folder, store) = place.start(None)?.store().await?;
                let new = NewToken { login, name, days };
                println!("{}", Accounts::new(store).issue_token(command_line(), new).await?);
            }
            Self::List(List { login, place }) => list(&login, &place).await?,
            Self::Revoke(Revoke { id, place }) => {
                let (_folder, store) = place.start(None)?.store().await?;
                Accounts::new(store).revoke_token(command_line(), &id).await?;
                println!("The token is revoked.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(login: &str, place: &Place) -> Result<(), Failed> {
    let (_folder, store) = place.start(None)?.store().await?;
    let (mut session, login) = (store.session().await?, login_form(login));
    let user = users::by_login(&mut session, &login).await?;
    let user = user.ok_or(AccountError::NoSuchUser(login))?;
    for token in tokens::of_user(&mut session, &user.id).await? {
        let day = |time| stamp(time).chars().take(10).collect::<String>();
        let used = token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", day(at)));
        let state = if token.revoked_at.is_some() || token.epoch != user.epoch { "  ended" } else { "" };
        println!("{}  until {}  {used}  {}{state}", token.id, day(token.expires_at), token.name);
    }
    Ok(())
}
