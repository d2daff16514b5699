//! A browser, and what a person does with it.

use std::path::Path;
use std::time::Duration;

use tests::servers::{Launch, Program, Server, program};
use thirtyfour::ChromeCapabilities;
use thirtyfour::prelude::*;

/// A browser of one test, with a profile of its own.
pub(crate) struct Chromium {
    pub(crate) driver: WebDriver,
    _server: Server,
}

impl Chromium {
    /// `None` where none is installed.
    pub(crate) async fn open() -> Option<Self> {
        Self::open_with(|_| {}).await
    }

    /// One that gives sites which are embedded elsewhere their cookies. Debian's does not by itself, whatever `SameSite` says.
    pub(crate) async fn open_with_cookies_for_third_parties() -> Option<Self> {
        let lenient =
            serde_json::json!({ "profile.cookie_controls_mode": 0, "profile.block_third_party_cookies": false });
        Self::open_with(|capabilities| capabilities.add_experimental_option("prefs", lenient).unwrap()).await
    }

    async fn open_with(more: impl FnOnce(&mut ChromeCapabilities)) -> Option<Self> {
        let (chromium, chromedriver) = (program("chromium", &[])?, program("chromedriver", &[])?);
        let launch = Launch::new(move |folder, port| {
            let mut command = chromedriver.command();
            // Its profile goes with its folder: not each of them is removed by the browser.
            command.arg(format!("--port={port}")).env("TMPDIR", folder);
            command
        });
        let server = Server::start(launch.ended_by("TERM"), |_| {});
        let mut capabilities = capabilities(&chromium);
        more(&mut capabilities);
        let driver = WebDriver::new(format!("http://{}", server.address()), capabilities).await.unwrap();
        driver.set_window_rect(0, 0, 1000, 800).await.unwrap();
        Some(Self { driver, _server: server })
    }

    /// The page at this address, by a link that nobody clicked.
    pub(crate) async fn go(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// Where the browser is now: path and query.
    pub(crate) async fn place(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits until the browser has come to this path and query: a button that was pressed may still be on its way.
    pub(crate) async fn arrives_at(&self, place: &str) {
        self.until(|| async { self.place().await == place }, place).await;
    }

    /// Waits until the page has this heading.
    pub(crate) async fn arrives_under(&self, headings: &[&str]) {
        let arrived = || async {
            let heading = self.driver.find(By::Tag("h1")).await;
            // A page that is being left has none, or one that is gone.
            let Ok(heading) = heading else { return false };
            heading.text().await.is_ok_and(|heading| headings.contains(&heading.as_str()))
        };
        self.until(arrived, &headings.join("` or `")).await;
    }

    /// Waits until the element with this id begins with this.
    pub(crate) async fn says(&self, id: &str, beginning: &str) {
        let says = || async {
            let Ok(element) = self.driver.find(By::Id(id)).await else { return false };
            element.text().await.is_ok_and(|text| text.starts_with(beginning.trim_end()))
        };
        self.until(says, beginning).await;
    }

    async fn until<F: Future<Output = bool>>(&self, arrived: impl Fn() -> F, expected: &str) {
        for _ in 0..600 {
            if arrived().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not `{expected}`, but {} with:\n{}", self.place().await, self.text().await);
    }

    /// The text that a person reads on the page.
    pub(crate) async fn text(&self) -> String {
        self.driver.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn fill(&self, field: &str, text: &str) {
        let field = self.driver.find(By::Name(field)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses the first button with this text.
    pub(crate) async fn press(&self, button: &str) {
        self.click(&format!("//button[normalize-space()='{button}']")).await;
    }

    pub(crate) async fn follow(&self, link: &str) {
        self.click(&format!("//a[normalize-space()='{link}']")).await;
    }

    async fn click(&self, path: &str) {
        self.driver.find(By::XPath(path)).await.unwrap().click().await.unwrap();
    }

    /// What the browser keeps under this name for the page that it shows.
    pub(crate) async fn cookie(&self, name: &str) -> Option<Cookie> {
        let cookies = self.driver.get_all_cookies().await.unwrap();
        cookies.into_iter().find(|cookie| cookie.name == name)
    }

    /// Keeps a picture of the page.
    pub(crate) async fn keep_picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.driver.quit().await.unwrap();
    }
}

fn capabilities(chromium: &Program) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(chromium.path().to_str().unwrap()).unwrap();
    // As root, which is who runs in a container, it has no sandbox; the pages that it visits are ours.
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] {
        capabilities.add_arg(argument).unwrap();
    }
    capabilities
}
