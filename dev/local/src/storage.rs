//! Opens the tables and buckets of the template.

use std::time::Duration;

use embedded::{Bucket, CorsRule, Credentials, Dynamo, S3};

use crate::StartError;
use crate::data::{DATABASE, Data};
use crate::failures::S3 as S3_FOLDER;
use crate::names::{DEVELOPER_ACCESS_KEY_ID, SECRET_ACCESS_KEY, access_key_id};
use crate::template::{BucketCors, System};

pub(crate) async fn open_tables(data: &Data, system: &System) -> Result<Dynamo, StartError> {
    let dynamo = Dynamo::open(data.join(DATABASE)).await?;
    for table in &system.tables {
        dynamo.create_table(&table.name, &table.properties)?;
    }
    Ok(dynamo)
}

pub(crate) async fn open_buckets(data: &Data, system: &System) -> Result<S3, StartError> {
    let rule = |rule: &BucketCors| CorsRule {
        origins: rule.allowed_origins.clone(),
        methods: rule.allowed_methods.clone(),
        headers: rule.allowed_headers.clone(),
        max_age: rule.max_age.map(Duration::from_secs),
    };
    let bucket = |bucket: &crate::template::Bucket| {
        let cors = bucket.cors.iter().map(rule);
        cors.fold(Bucket::named(&bucket.name), Bucket::with_cors)
    };
    let buckets: Vec<Bucket> = system.buckets.iter().map(bucket).collect();
    let functions = system.functions.iter().map(|f| access_key_id(&f.id));
    let credentials: Vec<Credentials> = functions
        .chain([DEVELOPER_ACCESS_KEY_ID.to_owned()])
        .map(|access_key| Credentials { access_key, secret_key: SECRET_ACCESS_KEY.to_owned() })
        .collect();
    Ok(S3::start(data.join(S3_FOLDER), &buckets, &credentials).await?)
}
