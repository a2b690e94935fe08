//! A directory, a bucket, and a clock that advances whenever it is looked at.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use app::{SystemTimeAndIds, TimeAndIds};
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use aws_sdk_s3::config::{BehaviorVersion, Region};
use domain::{
    User, UserId,
    job::{Job, JobKind, JobState},
    search::UserQuery,
};
use embedded::{Bucket as Named, Credentials, Dynamo, S3};
use files::Bucket;
use jiff::Timestamp;
use store::{Directory, StoreJobs, schema::items::Entity};
use uuid::Uuid;

pub const LEASE: Duration = Duration::from_mins(1);

/// Eleven seconds later each time: a checkpoint is due after each page.
pub struct Clock(AtomicI64);

impl Clock {
    /// When the first export is asked for: long after the users were changed.
    pub const START: i64 = 1_000_000;

    pub fn new() -> Self {
        Self(AtomicI64::new(Self::START))
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl TimeAndIds for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(11, Ordering::Relaxed)).unwrap()
    }

    fn random_id(&self) -> Uuid {
        SystemTimeAndIds.random_id()
    }

    fn ordered_id(&self) -> Uuid {
        SystemTimeAndIds.ordered_id()
    }
}

pub struct Fixture {
    pub directory: Directory,
    pub bucket: Bucket,
    pub clock: Clock,
    s3: aws_sdk_s3::Client,
    _servers: (Dynamo, S3, tempfile::TempDir),
}

impl Fixture {
    pub async fn new() -> Self {
        let (dynamo, files) = (Dynamo::memory().await.unwrap(), tempfile::tempdir().unwrap());
        let credentials = Credentials { access_key: "AKIATEST".into(), secret_key: "secret".into() };
        let server = S3::start(files.path(), &[Named::named("exports")], &[credentials]).await.unwrap();
        let s3 = client(&server.url());
        Self {
            directory: Directory::new(dynamo.client(), dynamo.fresh_table().unwrap()),
            bucket: Bucket::new(s3.clone(), "exports".to_owned()),
            clock: Clock::new(),
            s3,
            _servers: (dynamo, server, files),
        }
    }

    /// Puts users past the history and the entries: the list of all of them needs neither.
    pub async fn put(&self, users: &[User]) {
        for users in users.chunks(25) {
            let put = |user: &User| PutRequest::builder().set_item(Some(user.to_item().unwrap())).build().unwrap();
            let puts = users.iter().map(|user| WriteRequest::builder().put_request(put(user)).build());
            let write = self.directory.client().batch_write_item();
            write.request_items(self.directory.name(), puts.collect()).send().await.unwrap();
        }
    }

    pub async fn delete(&self, users: &[User]) {
        for user in users {
            let delete = self.directory.client().delete_item().table_name(self.directory.name());
            delete.set_key(Some(user.key().attributes())).send().await.unwrap();
        }
    }

    /// An export that was just asked for.
    pub async fn queue(&self, query: UserQuery) -> Job {
        let requested_by = UserId::new(Uuid::new_v4());
        let job = Job::queued(Uuid::new_v4(), JobKind::export(query), requested_by, self.clock.now());
        self.directory.create_job(&job).await.unwrap();
        job
    }

    /// The ids of the rows of a finished export, in their order.
    pub async fn exported(&self, job: &Job) -> Vec<UserId> {
        let job = self.directory.job(job.job_id).await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Done, "{job:?}");
        let text = self.object(job.kind.file().unwrap()).await;
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let ids = rows.records().map(|row| row.unwrap()[0].parse().unwrap()).collect::<Vec<_>>();
        assert_eq!((job.done, job.total), (ids.len() as u64, Some(ids.len() as u64)));
        ids
    }

    pub async fn object(&self, key: &str) -> String {
        let got = self.s3.get_object().bucket("exports").key(key).send().await.unwrap();
        String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
    }
}

fn client(url: &str) -> aws_sdk_s3::Client {
    let credentials = aws_sdk_s3::config::Credentials::new("AKIATEST", "secret", None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_client::http_client().unwrap())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(url)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}
