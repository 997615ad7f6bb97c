//! Every address of the server: the map of this floor.

use super::api::{audit, conflicts, me, openapi, records, resolutions, systems};
use super::pages::conflict::handle as conflict;
use super::pages::{alerts, decisions, demo, help, home, queue, sign_in};
use super::{assets, gate, guard, health};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, FormConfig, PayloadConfig, ServiceConfig, get, post, resource};
use actix_web::{App, Error, HttpRequest, HttpResponse};

use super::site::Site;

/// The whole application, as one worker serves it.
pub fn application(
    site: Data<Site>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let limit = site.reach.body_limit;
    App::new()
        .app_data(site)
        .app_data(FormConfig::default().limit(limit))
        .app_data(PayloadConfig::new(limit))
        .wrap(from_fn(gate::gate))
        .wrap(from_fn(guard::guard))
        .configure(for_programs)
        .configure(for_people)
}

fn for_people(config: &mut ServiceConfig) {
    config
        .service(resource("/").route(get().to(home::page)))
        .service(resource("/sign-in").route(get().to(sign_in::page)).route(post().to(sign_in::sign_in)))
        .service(resource("/sign-out").route(post().to(sign_in::sign_out)))
        .service(resource("/conflicts/{id}").route(get().to(conflict::page)))
        .service(resource("/conflicts/{id}/preview").route(post().to(conflict::preview)))
        .service(resource("/conflicts/{id}/resolution").route(post().to(conflict::resolve)))
        .service(resource("/conflicts/{id}/deferral").route(post().to(conflict::defer)))
        .service(resource("/conflicts/{id}/claim").route(post().to(conflict::claim)))
        .service(resource("/demo").route(get().to(demo::page)))
        .service(resource("/demo/conflicts").route(post().to(demo::make)))
        .service(resource("/demo/reset").route(post().to(demo::reset)))
        .service(resource("/demo/systems/{id}/fault").route(post().to(demo::fault)))
        .service(resource("/demo/systems/{id}/heal").route(post().to(demo::heal)))
        .service(resource("/queue").route(get().to(queue::page)))
        .service(resource("/queue/start").route(post().to(queue::start)))
        .service(resource("/decisions").route(get().to(decisions::list)))
        .service(resource("/resolutions/{id}").route(get().to(decisions::page)))
        .service(resource("/resolutions/{id}/undo").route(post().to(decisions::undo)))
        .service(resource("/deliveries/{id}/retry").route(post().to(decisions::retry)))
        .service(resource("/alerts").route(get().to(alerts::page)))
        .service(resource("/help").route(get().to(help::page)))
        .service(resource("/static/{file}").route(get().to(file)));
}

fn for_programs(config: &mut ServiceConfig) {
    config
        .service(resource("/livez").route(get().to(health::live)))
        .service(resource("/readyz").route(get().to(health::ready)))
        .service(resource("/healthz").route(get().to(health::ready)))
        .service(resource("/api/v1/me").route(get().to(me::me)))
        .service(resource("/api/v1/users").route(get().to(me::list)))
        .configure(for_programs_deciding)
        .configure(for_programs_operating);
}

fn for_programs_deciding(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/conflicts").route(get().to(conflicts::list)))
        .service(resource("/api/v1/conflicts/{id}").route(get().to(conflicts::show)))
        .service(resource("/api/v1/conflicts/{id}/claim").route(post().to(conflicts::claim)))
        .service(resource("/api/v1/conflicts/{id}/resolution").route(post().to(conflicts::resolve)))
        .service(resource("/api/v1/resolutions/{id}").route(get().to(resolutions::show)))
        .service(resource("/api/v1/resolutions/{id}/undo").route(post().to(resolutions::undo)))
        .service(resource("/api/v1/records").route(get().to(records::find)))
        .service(resource("/api/v1/records/{id}").route(get().to(records::show)));
}

fn for_programs_operating(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/audit").route(get().to(audit::list)))
        .service(resource("/api/v1/systems").route(get().to(systems::list)))
        .service(resource("/api/v1/systems/{id}/runs").route(post().to(systems::run)))
        .service(resource("/api/v1/runs/{id}").route(get().to(systems::show_run)))
        .service(resource("/api/openapi.json").route(get().to(openapi::serve)));
}

/// `GET /static/...`: an embedded file, for ever.
async fn file(request: HttpRequest) -> HttpResponse {
    match assets::find(request.path()) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.content_type)
            .insert_header(("cache-control", assets::CACHE))
            .body(asset.body),
        None => HttpResponse::NotFound().finish(),
    }
}
