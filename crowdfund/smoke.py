"""`python -m crowdfund.smoke`: starts the installed site on an empty database, asks for three pages, and stops."""

from __future__ import annotations

import httpx

from crowdfund.replay.site import running_site

PAGES = ("/", "/sign-in", "/static/css/app.css")


def main() -> None:
    with running_site(None) as site:
        for path in PAGES:
            answer = httpx.get(site.url + path, trust_env=False)
            print(answer.status_code, path)
            answer.raise_for_status()


if __name__ == "__main__":
    main()
