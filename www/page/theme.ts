/** Auto, light, dark: the button in the bar. Figures follow `data-theme` of the root element. */

import { t } from "../base/language";
import { recall, remember } from "./storage";

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

export interface ThemeSwitch {
  next(): void;
}

export function setUpTheme(button: HTMLButtonElement): ThemeSwitch {
  let theme: Theme = themes.find((each) => each === recall("theme")) ?? "auto";
  const show = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = { auto: t("Theme: auto"), light: t("Theme: light"), dark: t("Theme: dark") }[theme];
  };
  const next = () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
    remember("theme", theme === "auto" ? null : theme);
    show();
  };
  button.addEventListener("click", next);
  show();
  return { next };
}
