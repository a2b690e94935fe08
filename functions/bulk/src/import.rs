//! `POST /uploads`: a link for a file. `POST /imports`: a job that plans what its rows would make of their users.

use lambda_http::Request;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use app::{
    AuthenticatedCaller, TimeAndIds,
    bulk::{PlanFiles, StorageError, uploaded_file},
};
use domain::{Quoted, Refusal, Time, import::MAX_FILE_BYTES};
use files::uploads::{PresignUpload, UPLOAD_VALIDITY};
use http_api::{HttpResult, Problem, body::body, idempotency::ResourceId, response::json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadBody {
    /// Of the file.
    bytes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportBody {
    upload_id: String,
}

#[derive(Serialize)]
struct UploadLink {
    upload_id: Uuid,
    /// Takes the file by `PUT`.
    url: String,
    expires_at: Time,
}

/// The link is the caller's: nobody else can import what is uploaded by it.
pub async fn upload(
    uploads: &impl PresignUpload,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let UploadBody { bytes } = body(request)?;
    if !(1..=MAX_FILE_BYTES).contains(&bytes) {
        return Err(Refusal::FileSize(bytes).into());
    }
    let (upload_id, expires_at) = (id.uuid(), (time_and_ids.now() + UPLOAD_VALIDITY).into());
    let file = uploaded_file(caller.caller.user_id, upload_id);
    let url = uploads.presign_upload(&file, bytes).await.map_err(|error| Problem::internal(&error))?;
    json(201, &UploadLink { upload_id, url, expires_at })
}

/// The upload of the request, if its file is there.
pub async fn uploaded(
    files: &impl PlanFiles,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> Result<Uuid, Problem> {
    let ImportBody { upload_id: text } = body(request)?;
    let missing = || Problem::from(Refusal::UploadMissing(Quoted::from(&text)));
    let upload_id = text.parse().map_err(|_| missing())?;
    match files.read(&uploaded_file(caller.caller.user_id, upload_id), 0, 1).await {
        Ok(_) => Ok(upload_id),
        Err(StorageError::Gone) => Err(missing()),
        Err(error) => Err(Problem::unavailable(&error)),
    }
}
