//! Which accesses a request to S3 comes to.

use axum::http::{HeaderMap, Method, Uri};

use super::Access;

/// A part of an upload is put like a whole object. What is not known here is an action that no policy names.
pub(super) fn accesses(method: &Method, uri: &Uri, headers: &HeaderMap) -> Vec<Access> {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let parameters = query.map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
    let has = |name: &str| parameters.iter().any(|parameter| parameter == name);
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let key = percent_decoded(key);
    let is_upload = has("uploads") || has("uploadId");
    let is_object = !key.is_empty() && !headers.contains_key("x-amz-copy-source");
    let is_subresource = ["acl", "tagging", "retention", "legal-hold", "torrent", "attributes", "restore", "select"];
    let is_plain = is_object && !is_subresource.iter().any(|name| has(name));
    let action = match *method {
        Method::GET if is_plain && has("uploadId") => "s3:ListMultipartUploadParts".to_owned(),
        Method::GET | Method::HEAD if is_plain && !is_upload => "s3:GetObject".to_owned(),
        Method::PUT if is_plain => "s3:PutObject".to_owned(),
        Method::POST if is_plain && is_upload => "s3:PutObject".to_owned(),
        Method::DELETE if is_plain && has("uploadId") => "s3:AbortMultipartUpload".to_owned(),
        Method::DELETE if is_plain => "s3:DeleteObject".to_owned(),
        Method::GET | Method::HEAD if key.is_empty() && parameters.iter().all(|name| is_of_list(name)) => {
            "s3:ListBucket".to_owned()
        }
        _ => format!("s3:{method} {}", parameters.join("&")),
    };
    let resource = if key.is_empty() { bucket.to_owned() } else { format!("{bucket}/{key}") };
    vec![Access { action, resource: format!("arn:aws:s3:::{resource}"), leading_keys: Vec::new() }]
}

fn is_of_list(parameter: &str) -> bool {
    let names = ["list-type", "prefix", "delimiter", "max-keys", "marker", "start-after", "continuation-token"];
    names.contains(&parameter) || parameter == "encoding-type" || parameter == "fetch-owner" || parameter == "x-id"
}

/// A plus is a plus in a path.
fn percent_decoded(path: &str) -> String {
    let escaped = path.replace('+', "%2B");
    form_urlencoded::parse(escaped.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked(method: &Method, uri: &str) -> String {
        let access = accesses(method, &uri.parse().unwrap(), &HeaderMap::new()).remove(0);
        format!("{} {}", access.action, access.resource.replace("arn:aws:s3:::", ""))
    }

    #[test]
    fn an_object_is_read_and_put_also_in_parts() {
        assert_eq!(asked(&Method::GET, "/b/exports/1.csv?x-id=GetObject"), "s3:GetObject b/exports/1.csv");
        assert_eq!(asked(&Method::HEAD, "/b/exports/1.csv"), "s3:GetObject b/exports/1.csv");
        assert_eq!(asked(&Method::PUT, "/b/exports/1.csv"), "s3:PutObject b/exports/1.csv");
        assert_eq!(asked(&Method::POST, "/b/exports/1.csv?uploads"), "s3:PutObject b/exports/1.csv");
        assert_eq!(asked(&Method::PUT, "/b/exports/1.csv?partNumber=1&uploadId=u"), "s3:PutObject b/exports/1.csv");
        assert_eq!(asked(&Method::POST, "/b/exports/1.csv?uploadId=u"), "s3:PutObject b/exports/1.csv");
    }

    #[test]
    fn the_rest_has_other_actions() {
        assert_eq!(asked(&Method::DELETE, "/b/a?uploadId=u"), "s3:AbortMultipartUpload b/a");
        assert_eq!(asked(&Method::DELETE, "/b/a"), "s3:DeleteObject b/a");
        assert_eq!(asked(&Method::GET, "/b?list-type=2&prefix=exports"), "s3:ListBucket b");
        assert_eq!(asked(&Method::GET, "/b/?list-type=2"), "s3:ListBucket b");
        assert_eq!(asked(&Method::GET, "/b?policy"), "s3:GET policy b");
        assert_eq!(asked(&Method::PUT, "/b/a?acl"), "s3:PUT acl b/a");
        assert_eq!(asked(&Method::GET, "/b/a?uploadId=u"), "s3:ListMultipartUploadParts b/a");
    }

    #[test]
    fn a_copy_is_no_put_and_a_key_is_decoded() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-copy-source", "b/secret".parse().unwrap());
        let copy = accesses(&Method::PUT, &Uri::from_static("/b/exports/1.csv"), &headers);
        assert_eq!(copy[0].action, "s3:PUT ");
        assert_eq!(asked(&Method::GET, "/b/%65xports/a%20b+c.csv"), "s3:GetObject b/exports/a b+c.csv");
    }
}
