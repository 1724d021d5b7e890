// The versions of Azure Resource Manager's interfaces that runbooks use most, for "did you mean". A version that is
// newer than those here is not doubted.
// https://learn.microsoft.com/azure/templates/ lists them for each type, under "Choose a version".

import { nearest } from "../source/suggestion.ts";

const VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.resources":
    "2015-11-01 2016-02-01 2016-07-01 2016-09-01 2017-05-10 2018-02-01 2018-05-01 2019-03-01 2019-05-01 2019-05-10 " +
    "2019-07-01 2019-08-01 2019-10-01 2020-06-01 2020-08-01 2020-10-01 2021-01-01 2021-04-01 2022-09-01 2023-07-01 " +
    "2024-03-01 2024-07-01 2024-11-01 2025-03-01 2025-04-01",
  "microsoft.compute":
    "2015-06-15 2016-03-30 2017-03-30 2017-12-01 2018-04-01 2018-06-01 2018-10-01 2019-03-01 2019-07-01 2019-12-01 " +
    "2020-06-01 2020-12-01 2021-03-01 2021-04-01 2021-07-01 2021-11-01 2022-03-01 2022-08-01 2022-11-01 2023-03-01 " +
    "2023-07-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01",
  "microsoft.network":
    "2015-06-15 2016-03-30 2016-06-01 2016-09-01 2016-12-01 2017-03-01 2017-06-01 2017-08-01 2017-09-01 2017-10-01 " +
    "2017-11-01 2018-01-01 2018-02-01 2018-04-01 2018-06-01 2018-07-01 2018-08-01 2018-10-01 2018-11-01 2018-12-01 " +
    "2019-02-01 2019-04-01 2019-06-01 2019-07-01 2019-08-01 2019-09-01 2019-11-01 2019-12-01 2020-03-01 2020-04-01 " +
    "2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-11-01 2021-02-01 2021-03-01 2021-05-01 2021-08-01 2022-01-01 " +
    "2022-05-01 2022-07-01 2022-09-01 2022-11-01 2023-02-01 2023-04-01 2023-05-01 2023-06-01 2023-09-01 2023-11-01 " +
    "2024-01-01 2024-03-01 2024-05-01 2024-07-01 2024-10-01 2025-01-01",
  "microsoft.managedidentity": "2018-11-30 2023-01-31 2024-11-30",
  "microsoft.authorization": "2015-07-01 2022-04-01",
};

/** What to write instead of a version that a type's provider never had; absent when nothing is to be said. */
export function versionDoubt(type: string, version: string): { readonly hint: string } | undefined {
  const known = VERSIONS[(type.split("/")[0] ?? "").toLowerCase()]?.split(" ");
  // Of previews there are too many to list.
  if (known === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(version)) return undefined;
  const newest = known.at(-1)!;
  if (known.includes(version) || version > newest) return undefined;
  const near = nearest(version, known);
  return { hint: near === undefined ? `the newest that is known is ${newest}` : `did you mean "${near}"?` };
}
