//! The service as it is released: over the built-in stores.

use std::process::ExitCode;

use tributary_storage::Registry;

// Many documents of a kilobyte, from many threads: the system's allocator keeps more of them around.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    tributary_server::run(std::env::args_os(), &Registry::with_built_in()).await
}
