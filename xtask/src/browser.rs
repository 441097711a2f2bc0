//! Chromium and its driver, Firefox, and WebKit with its driver, for the tests.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, say};

/// Programs of one browser version.
pub struct Browser {
    /// The browser, for Playwright.
    pub chromium: PathBuf,
    /// The WebDriver server, for wasm-bindgen-test.
    pub driver: PathBuf,
}

const CHROMIUM: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The browser on this machine: `CHROMIUM` and `CHROMEDRIVER`, else the usual names.
pub fn find() -> Option<Browser> {
    Some(Browser { chromium: named("CHROMIUM", &CHROMIUM)?, driver: named("CHROMEDRIVER", &["chromedriver"])? })
}

/// The browser on this machine, or Debian's.
pub fn find_or_install() -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    say("Chromium and chromedriver, for the tests");
    crate::debian::install(&["chromium", "chromium-driver"])
        .ok()
        .and_then(|()| find())
        .context("the tests need Chromium (or Chrome) and a chromedriver of the same version: install both, or name them in CHROMIUM and CHROMEDRIVER")
}

/// Firefox: `FIREFOX`, else the usual names.
pub fn find_firefox() -> Option<PathBuf> {
    named("FIREFOX", &["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"])
}

/// Firefox on this machine, or Debian's. It needs no driver: it speaks WebDriver BiDi itself.
pub fn find_or_install_firefox() -> Result<PathBuf> {
    if let Some(firefox) = find_firefox() {
        return Ok(firefox);
    }
    say("Firefox, for the tests");
    crate::debian::install(&["firefox-esr"])
        .ok()
        .and_then(|()| find_firefox())
        .context("the tests need Firefox too: install it, or name it in FIREFOX")
}

/// WebKit's programs.
pub struct WebKit {
    /// The WebDriver server of WebKitGTK, which knows its browser.
    pub driver: PathBuf,
    /// The display for it: unlike the others it has no headless mode.
    pub xvfb: PathBuf,
}

/// WebKit, Safari's engine: `WEBKIT_DRIVER` and `XVFB`, else the usual names.
pub fn find_webkit() -> Option<WebKit> {
    Some(WebKit { driver: named("WEBKIT_DRIVER", &["WebKitWebDriver"])?, xvfb: named("XVFB", &["Xvfb"])? })
}

/// WebKit on this machine, or Debian's.
pub fn find_or_install_webkit() -> Result<WebKit> {
    if let Some(webkit) = find_webkit() {
        return Ok(webkit);
    }
    say("WebKit and a display for it, for the tests");
    crate::debian::install(&["webkit2gtk-driver", "xvfb"]).ok().and_then(|()| find_webkit()).context(
        "the tests need WebKitGTK's WebKitWebDriver and Xvfb too: install both, or name them in WEBKIT_DRIVER and XVFB",
    )
}

/// What a browser says of itself.
pub fn version(program: &Path) -> String {
    process::output(Command::new(program).arg("--version")).unwrap_or_else(|| "does not start".to_owned())
}

fn named(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(path));
    }
    names.iter().find_map(|name| process::find(name))
}
