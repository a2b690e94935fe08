use files::export::{FileStore, Upload};

use crate::support::Fixture;

const MIB: usize = 1024 * 1024;

fn bytes(letter: char, count: usize) -> Vec<u8> {
    letter.to_string().repeat(count).into_bytes()
}

#[tokio::test]
async fn a_file_goes_on_after_its_checkpoint_whatever_was_written_after_it() {
    let fixture = Fixture::new().await;
    for begun in [1, 3 * MIB, 6 * MIB, 11 * MIB] {
        let mut dead = fixture.bucket.upload("exports/1/dead");
        dead.push(bytes('a', begun)).await.unwrap();
        let saved = dead.save().await.unwrap();
        dead.push(bytes('b', 3 * MIB)).await.unwrap();
        drop(dead.save().await.unwrap());
        dead.push(bytes('b', 4 * MIB)).await.unwrap();
        let mut next = fixture.bucket.resume(&saved, "exports/1/next").await.unwrap().unwrap();
        next.push(bytes('c', 6 * MIB)).await.unwrap();
        let file = fixture.object(&next.finish().await.unwrap()).await;
        assert_eq!(file.len(), begun + 6 * MIB);
        assert!(file[..begun].bytes().all(|byte| byte == b'a') && file[begun..].bytes().all(|byte| byte == b'c'));
    }
    assert!(fixture.bucket.resume("of another version", "exports/1/next").await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_that_a_slow_runner_has_ended_is_lost_to_the_next_one_and_never_mixed() {
    let fixture = Fixture::new().await;
    let mut slow = fixture.bucket.upload("exports/1/slow");
    slow.push(bytes('a', 6 * MIB)).await.unwrap();
    let saved = slow.save().await.unwrap();
    let mut next = fixture.bucket.resume(&saved, "exports/1/next").await.unwrap().unwrap();
    slow.push(bytes('b', 6 * MIB)).await.unwrap();
    let file = slow.finish().await.unwrap();
    let lost = match next.push(bytes('c', 6 * MIB)).await {
        Ok(()) => next.finish().await.map(drop),
        refused => refused,
    };
    assert!(lost.unwrap_err().is_refused);
    assert!(fixture.object(&file).await.ends_with('b'));
}
