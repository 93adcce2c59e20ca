//! The connections that only look, bounded so that a rush is answered with 503 rather than with an endless wait.

use std::sync::Arc;

use diesel::r2d2::R2D2Connection;
use tokio::sync::Semaphore;

use super::connection::{Address, AnyConnection, Purpose};
use super::{StoreError, Wait, dialect};

use diesel::r2d2::{ManageConnection, Pool};

struct Manager(Address);

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        self.0.open(Purpose::Read)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        dialect::check_reader(connection)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        // Who panicked has left it in the middle of something.
        std::thread::panicking() || connection.is_broken()
    }
}

pub(super) struct Readers {
    pool: Pool<Manager>,
    free: Arc<Semaphore>,
    wait: Wait,
}

impl Readers {
    pub(super) fn new(address: Address, size: u32, wait: Wait) -> Result<Self, StoreError> {
        let pool = Pool::builder()
            .max_size(size)
            // Connections are made when they are wanted and not in the background, where a process that ends
            // could tear libpq down under them.
            .min_idle(Some(0))
            .connection_timeout(wait)
            .test_on_check_out(address.is_remote())
            .error_handler(Box::new(diesel::r2d2::LoggingErrorHandler))
            .build(Manager(address))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let free = usize::try_from(size).unwrap_or(1);
        Ok(Self { pool, free: Arc::new(Semaphore::new(free)), wait })
    }

    pub(super) async fn read<F, T>(&self, query: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.free).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Busy)?;
        let pool = self.pool.clone();
        let run = move || {
            let _permit = permit;
            let mut connection = pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))?;
            query(&mut connection)
        };
        tokio::task::spawn_blocking(run).await.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}
