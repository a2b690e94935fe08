//! `flex-roster import`: a CSV file of users is planned, and applied, through the API, as the owner of a token.

use std::{
    fmt::Write as _,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use domain::{
    Quoted,
    bulk::RefusalGroup,
    import::{FAULT_COLUMNS, FileFacts, MAX_FILE_BYTES},
};
use reqwest::{Client, RequestBuilder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    Failure, Outcome,
    output::{self, Output, Report, shown},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file: an export for import, changed, or one with the same columns.
    file: PathBuf,
    /// Shows what would become of each row and changes nothing; this is the default. The exit code is 1 if a row is refused.
    #[arg(long, conflicts_with = "apply")]
    dry_run: bool,
    /// Changes the users as planned. The exit code is 1 if a row was refused.
    #[arg(long)]
    apply: bool,
    /// How many users it deactivates, demotes or strips of all skills, if so many need a confirmation.
    #[arg(long, value_name = "NUMBER", requires = "apply")]
    confirm: Option<u64>,
    /// Writes the refused rows to this file, to be corrected and imported again.
    #[arg(long, value_name = "FILE")]
    failed_rows: Option<PathBuf>,
    /// The address of the API.
    #[arg(long, env = "FLEX_ROSTER_URL", value_name = "URL")]
    url: String,
}

/// The token is in the environment, so that no list of processes shows it.
const TOKEN: &str = "FLEX_ROSTER_TOKEN";

/// From one look at the job to the next.
const POLL: Duration = Duration::from_millis(500);

/// How many looks in a row may fail.
const MOST_FAILURES: u32 = 20;

/// The most rows that a page of a plan has.
const PAGE: usize = 100;

pub async fn run(args: Args, output: Output) -> Outcome {
    let api = Api::new(&args.url)?;
    if let Some(to) = &args.failed_rows {
        check_failed_rows(&args.file, to)?;
    }
    let file = std::fs::read(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let planned = plan(&api, file).await?;
    if let Some(to) = &args.failed_rows {
        write_failed_rows(&api, planned.job.failed_rows_url.as_deref(), to).await?;
    }
    let plan_refuses = planned.plan.refused > 0;
    output.report_first(&planned);
    if !args.apply {
        output.report_last(&Done { planned: &planned, results: None });
        return Ok(exit_code(!plan_refuses));
    }
    let results = apply(&api, &planned, args.confirm).await?;
    let is_whole = !plan_refuses && results.counts.refused == 0;
    output.report_last(&Done { planned: &planned, results: Some(&results) });
    Ok(exit_code(is_whole))
}

/// The refused rows replace those of an earlier run, and no other file.
fn check_failed_rows(file: &Path, to: &Path) -> Result<(), Failure> {
    let named = |text: &str| -> Failure { format!("--failed-rows {}: {text}", to.display()).into() };
    if let (Ok(file), Ok(to)) = (file.canonicalize(), to.canonicalize())
        && file == to
    {
        return Err(named("this is the file that is imported; name another one for the rows that are refused"));
    }
    match std::fs::read(to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(named(&error.to_string())),
        Ok(found) if is_failed_rows(&found) => Ok(()),
        Ok(_) => {
            Err(named("there is a file already, and it is none of refused rows; name another one, or move it away"))
        }
    }
}

/// Whether the file has the columns that say what is wrong with its rows.
fn is_failed_rows(file: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&file[..file.len().min(4_096)]).into_owned();
    head.lines().take(2).any(|line| FAULT_COLUMNS.iter().all(|column| line.contains(column)))
}

/// The refused rows; none leave no file, also none of an earlier run.
async fn write_failed_rows(api: &Api, link: Option<&str>, to: &Path) -> Result<(), Failure> {
    let of_file = |error: std::io::Error| format!("{}: {error}", to.display());
    let Some(link) = link else {
        let removed = std::fs::remove_file(to);
        let is_gone = |error: &std::io::Error| error.kind() == ErrorKind::NotFound;
        return Ok(removed.or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) }).map_err(of_file)?);
    };
    let rows = async { api.client.get(link).send().await?.error_for_status()?.bytes().await };
    // The link lets anybody read the file.
    let rows = rows.await.map_err(reqwest::Error::without_url)?;
    Ok(std::fs::write(to, rows).map_err(of_file)?)
}

const fn exit_code(is_good: bool) -> ExitCode {
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The API, with the caller's token.
struct Api {
    client: Client,
    url: String,
    token: String,
}

impl Api {
    fn new(url: &str) -> Result<Self, Failure> {
        let token = std::env::var(TOKEN)
            .map_err(|_| format!("{TOKEN} is not set; it is a Flex token of an admin or a supervisor"))?;
        let tls = runtime::tls::client_config()?;
        let client = Client::builder().tls_backend_preconfigured(tls).timeout(Duration::from_mins(5)).build()?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), token })
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failure> {
        // A repeated request is not executed twice.
        let key = uuid::Uuid::new_v4().to_string();
        self.send(self.client.post(format!("{}{path}", self.url)).header("idempotency-key", key).json(body)).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let answer = request.bearer_auth(&self.token).send().await.map_err(reqwest::Error::without_url)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer.json().await.map_err(reqwest::Error::without_url)?);
        }
        let problem = answer.json::<Value>().await.unwrap_or_default();
        let said = problem["detail"].as_str().or_else(|| problem["message"].as_str()).unwrap_or("no reason");
        Err(format!("the API answers {}: {}", status.as_u16(), output::whole(said)).into())
    }
}

#[derive(Debug, Deserialize)]
struct Upload {
    #[serde(rename = "upload_id")]
    id: String,
    url: String,
}

#[derive(Debug, Deserialize)]
struct Job {
    #[serde(rename = "job_id")]
    id: String,
    state: String,
    done: u64,
    total: Option<u64>,
    error: Option<String>,
    plan: Option<Plan>,
    results: Option<Counts>,
    failed_rows_url: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Plan {
    hash: String,
    changed: u64,
    unchanged: u64,
    refused: u64,
    drastic: u64,
    must_confirm: bool,
    remarks: Vec<Remark>,
    /// Earlier versions of the API do not say it.
    #[serde(default)]
    groups: Groups,
    file: Option<FileFacts>,
}

/// How many users the same change is for, or the same reason for a refusal.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct Groups {
    changes: Vec<ChangeGroup>,
    refusals: Vec<RefusalGroup>,
    other_changes: u64,
    other_refusals: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct ChangeGroup {
    change: Value,
    users: u64,
}

/// What the changes do not do.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct Remark {
    code: String,
    detail: String,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
struct Counts {
    changed: u64,
    unchanged: u64,
    refused: u64,
}

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Line>,
    next_cursor: Option<String>,
}

/// What becomes of a user.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    user_id: Option<String>,
    name: Option<String>,
    changes: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refused>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Refused {
    code: String,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

/// A plan with those whom it changes or refuses.
struct Planned {
    job: Job,
    plan: Plan,
    refused: Vec<Line>,
    changed: Vec<Line>,
}

struct Results {
    counts: Counts,
    refused: Vec<Line>,
}

async fn plan(api: &Api, file: Vec<u8>) -> Result<Planned, Failure> {
    let bytes = file.len() as u64;
    if !(1..=MAX_FILE_BYTES).contains(&bytes) {
        return Err(domain::Refusal::FileSize(bytes).into());
    }
    let upload: Upload = api.post("/uploads", &json!({"bytes": bytes})).await?;
    // The link lets anybody send a file.
    let put = api.client.put(&upload.url).body(file).send().await.map_err(reqwest::Error::without_url)?;
    if !put.status().is_success() {
        return Err(format!("the file was not taken: S3 answers {}", put.status().as_u16()).into());
    }
    let job: Job = api.post("/imports", &json!({"upload_id": upload.id})).await?;
    let job = settled(api, job).await?;
    let plan = job.plan.clone().ok_or("the job has no plan")?;
    let refused = lines(api, &format!("/jobs/{}/plan?outcome=refused", job.id)).await?;
    let changed = lines(api, &format!("/jobs/{}/plan?outcome=changed", job.id)).await?;
    Ok(Planned { job, plan, refused, changed })
}

async fn apply(api: &Api, planned: &Planned, confirm: Option<u64>) -> Result<Results, Failure> {
    let Planned { job, plan, .. } = planned;
    if plan.must_confirm && confirm != Some(plan.drastic) {
        return Err(format!(
            "it would deactivate, demote or strip of all skills {0} user{1}. If that is what you want: --confirm {0}",
            plan.drastic,
            if plan.drastic == 1 { "" } else { "s" }
        )
        .into());
    }
    let mut body = json!({"plan": plan.hash});
    if plan.must_confirm {
        body["confirm"] = json!(confirm);
    }
    let job: Job = api.post(&format!("/jobs/{}/apply", job.id), &body).await?;
    let job = settled(api, job).await?;
    let refused = lines(api, &format!("/jobs/{}/results?outcome=refused", job.id)).await?;
    Ok(Results { counts: job.results.ok_or("the job has no results")?, refused })
}

/// The job once it is no longer at work.
async fn settled(api: &Api, mut job: Job) -> Result<Job, Failure> {
    let mut failures = 0;
    loop {
        match job.state.as_str() {
            "queued" | "running" => {
                let of = job.total.map_or_else(String::new, |total| format!(" of {total}"));
                output::progress(&format!("job {}: {}{of} users", job.id, job.done));
            }
            "planned" | "done" => {
                output::end_progress();
                return Ok(job);
            }
            other => {
                output::end_progress();
                let why = job.error.map_or_else(|| other.to_owned(), |error| output::whole(&error));
                return Err(why.into());
            }
        }
        tokio::time::sleep(POLL).await;
        match api.get(&format!("/jobs/{}", job.id)).await {
            Ok(now) => (job, failures) = (now, 0),
            // The job goes on, whether or not it is looked at.
            Err(error) if failures >= MOST_FAILURES => {
                return Err(format!("the job {} goes on, but cannot be looked at: {error}", job.id).into());
            }
            Err(_) => failures += 1,
        }
    }
}

async fn lines(api: &Api, path: &str) -> Result<Vec<Line>, Failure> {
    let (mut lines, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let from = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let page: Page = api.get(&format!("{path}&limit={PAGE}{from}")).await?;
        lines.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(lines);
        }
    }
}

impl Report for Planned {
    fn text(&self) -> String {
        let Plan { changed, unchanged, refused, file, remarks, groups, .. } = &self.plan;
        let mut text = String::new();
        if let Some(FileFacts { separator, rows, .. }) = file {
            let separator = if *separator == '\t' { "tabs".to_owned() } else { format!("{separator}") };
            // Writing to a string does not fail.
            let _ = writeln!(text, "{rows} rows, separated by {separator}");
        }
        let _ = writeln!(text, "would change: {changed}, unchanged: {unchanged}, refused: {refused}");
        for Remark { detail, .. } in remarks {
            let _ = writeln!(text, "note: {}", output::whole(detail));
        }
        text += &grouped(groups);
        text + &table(&self.refused) + &table(&self.changed)
    }

    fn json(&self) -> Value {
        json!({"job_id": self.job.id, "plan": self.plan, "refused": self.refused, "changed": self.changed})
    }
}

/// What is known at the end.
struct Done<'a> {
    planned: &'a Planned,
    results: Option<&'a Results>,
}

impl Report for Done<'_> {
    fn text(&self) -> String {
        self.planned.text() + &self.last_text()
    }

    fn last_text(&self) -> String {
        match self.results {
            None => "Nothing was changed. To change the users as planned: --apply\n".to_owned(),
            Some(Results { counts: Counts { changed, unchanged, refused }, refused: lines }) => {
                format!("changed: {changed}, unchanged: {unchanged}, refused: {refused}\n{}", table(lines))
            }
        }
    }

    fn json(&self) -> Value {
        let mut json = self.planned.json();
        if let Some(Results { counts, refused }) = self.results {
            json["results"] = json!({"counts": counts, "refused": refused});
        }
        json
    }
}

/// What is alike, before what becomes of each user.
fn grouped(groups: &Groups) -> String {
    if groups.refusals.is_empty() && groups.changes.is_empty() {
        return String::new();
    }
    let refusals = groups.refusals.iter().map(|RefusalGroup { code, column, users }| {
        let column = column.as_ref().map_or_else(String::new, |column| format!(", column {}", shown(column)));
        (*users, format!("refused: {}{column}", shown(code)))
    });
    let changes = groups.changes.iter().map(|ChangeGroup { change, users }| (*users, sentence(change)));
    let others = [(groups.other_refusals, "refused for other reasons"), (groups.other_changes, "other changes")];
    let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| (count, what.to_owned()));
    let rows = refusals.chain(changes).chain(others).map(|(count, what)| vec![count.to_string(), what]);
    output::table(&["users", "what"], &rows.collect::<Vec<_>>())
}

fn table(lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows = lines.iter().map(|line| {
        let who = line.name.as_deref().or(line.user_id.as_deref()).unwrap_or_default();
        let (column, what) = match &line.refusal {
            Some(refused) => (refused.column.as_deref().unwrap_or_default(), output::whole(&refused.detail)),
            None => ("", line.changes.iter().map(sentence).collect::<Vec<_>>().join(", ")),
        };
        vec![line.row.map(|row| row.to_string()).unwrap_or_default(), shown(who), shown(column), what]
    });
    output::table(&["row", "user", "column", "what"], &rows.collect::<Vec<_>>())
}

fn sentence(part: &Value) -> String {
    let text = |name: &str| part[name].as_str().map(Quoted::from);
    let named = text("skill").or_else(|| text("team_id")).or_else(|| text("identity"));
    let part_name = part["part"].as_str().unwrap_or_default();
    let value = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => shown(text),
        Value::Object(of) => {
            let level = of.get("level").filter(|level| !level.is_null());
            let level = level.map_or_else(|| "without level".to_owned(), Value::to_string);
            level + if of.get("disabled") == Some(&Value::Bool(true)) { " (disabled)" } else { "" }
        }
        other => other.to_string(),
    };
    let named = named.map_or_else(String::new, |named| format!(" {}", named.text()));
    if part_name == "added" {
        return format!("added{named}");
    }
    if part_name == "temporary_skill" {
        // What it was is not said of several users at once.
        let after = &part["after"];
        return format!("{part_name}{named} {}", if after.is_null() { "ends".to_owned() } else { value(after) });
    }
    format!("{part_name}{named} {} → {}", value(&part["before"]), value(&part["after"]))
}
