#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz::search_folding::check(data);
});
