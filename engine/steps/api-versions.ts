// The versions of Azure Resource Manager's interfaces that runbooks use most, for "did you mean". A version that is
// newer than those here is not doubted.
// https://learn.microsoft.com/azure/templates/ lists them for each type, under "Choose a version".

import { nearest } from "../source/suggestion.ts";

const VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.resources":
    "2015-01-01 2015-11-01 2016-02-01 2016-06-01 2016-07-01 2016-09-01 2017-05-10 2017-08-01 2018-01-01 " +
    "2018-02-01 2018-05-01 2018-08-01 2019-03-01 2019-05-01 2019-05-10 2019-06-01 2019-07-01 2019-08-01 " +
    "2019-09-01 2019-10-01 2019-11-01 2020-01-01 2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-09-01 2020-10-01 " +
    "2021-01-01 2021-04-01 2022-01-01 2022-05-01 2022-06-01 2022-09-01 2022-12-01 2023-07-01 2024-03-01 " +
    "2024-07-01 2024-08-01 2024-11-01 2025-03-01 2025-04-01",
  "microsoft.compute":
    "2015-06-15 2016-03-30 2016-08-30 2017-03-30 2017-12-01 2018-04-01 2018-06-01 2018-10-01 2019-03-01 " +
    "2019-07-01 2019-12-01 2020-06-01 2020-12-01 2021-03-01 2021-04-01 2021-07-01 2021-11-01 2022-03-01 " +
    "2022-08-01 2022-11-01 2023-03-01 2023-07-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01 " +
    "2025-11-01 2026-03-01 2026-04-01",
  "microsoft.network":
    "2015-06-15 2016-03-30 2016-06-01 2016-07-01 2016-08-01 2016-09-01 2016-10-01 2016-11-01 2016-12-01 " +
    "2017-03-01 2017-04-01 2017-06-01 2017-08-01 2017-09-01 2017-10-01 2017-11-01 2018-01-01 2018-02-01 " +
    "2018-03-01 2018-04-01 2018-05-01 2018-06-01 2018-07-01 2018-08-01 2018-10-01 2018-11-01 2018-12-01 " +
    "2019-02-01 2019-04-01 2019-06-01 2019-07-01 2019-08-01 2019-09-01 2019-11-01 2019-12-01 2020-01-01 " +
    "2020-03-01 2020-04-01 2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-11-01 2021-01-01 2021-02-01 " +
    "2021-03-01 2021-04-01 2021-05-01 2021-06-01 2021-08-01 2021-12-01 2022-01-01 2022-05-01 2022-07-01 " +
    "2022-09-01 2022-11-01 2023-02-01 2023-04-01 2023-05-01 2023-06-01 2023-09-01 2023-11-01 2024-01-01 " +
    "2024-03-01 2024-05-01 2024-07-01 2024-10-01 2025-01-01 2025-03-01 2025-05-01 2026-01-01",
  "microsoft.managedidentity": "2018-11-30 2023-01-31 2024-11-30",
  "microsoft.authorization": "2015-06-01 2015-07-01 2016-07-01 2017-05-01 2017-09-01 2018-07-01 2022-04-01",
};

const DISKS =
  "2017-03-30 2018-04-01 2018-06-01 2018-09-30 2019-03-01 2019-07-01 2019-11-01 2020-05-01 2020-06-30 " +
  "2020-09-30 2020-12-01 2021-04-01 2021-08-01 2021-12-01 2022-03-02 2022-07-02 2023-01-02 2023-04-02 " +
  "2023-10-02 2024-03-02 2025-01-02 2025-03-03 2026-03-02";
const GALLERIES =
  "2018-06-01 2019-03-01 2019-07-01 2019-12-01 2020-09-30 2021-07-01 2021-10-01 2022-01-03 2022-03-03 " +
  "2022-08-03 2023-07-03 2024-03-03 2025-03-03 2025-12-03";
const POLICIES = "2021-06-01 2022-06-01 2023-04-01";

/** Of types that go by versions of their own. */
const OWN_VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.compute/disks": DISKS,
  "microsoft.compute/snapshots": DISKS,
  "microsoft.compute/diskencryptionsets": DISKS,
  "microsoft.compute/diskaccesses": DISKS,
  "microsoft.compute/galleries": GALLERIES,
  "microsoft.compute/galleries/images": GALLERIES,
  "microsoft.compute/galleries/images/versions": GALLERIES,
  "microsoft.compute/skus": "2017-03-30 2017-09-01 2019-04-01 2021-07-01",
  "microsoft.network/privatednszones": "2018-09-01 2020-01-01 2020-06-01 2024-06-01",
  "microsoft.network/dnszones": "2016-04-01 2017-09-01 2018-05-01",
  "microsoft.authorization/locks": "2015-01-01 2016-09-01 2017-04-01 2020-05-01",
  "microsoft.authorization/policyassignments": POLICIES,
  "microsoft.authorization/policydefinitions": POLICIES,
  "microsoft.authorization/policysetdefinitions": POLICIES,
  "microsoft.authorization/policyexemptions": POLICIES,
  "microsoft.authorization/roleassignmentschedulerequests": "2020-10-01",
  "microsoft.authorization/roleeligibilityschedulerequests": "2020-10-01",
};

/** What to write instead of a version that a type's provider never had; absent when nothing is to be said. */
export function versionDoubt(type: string, version: string): { readonly hint: string } | undefined {
  const folded = type.toLowerCase();
  // Operations under way are asked for in the version of what they are about.
  if (folded.includes("/locations/")) return undefined;
  const known = (OWN_VERSIONS[folded] ?? VERSIONS[folded.split("/")[0] ?? ""])?.split(" ");
  // Of previews there are too many to list.
  if (known === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(version)) return undefined;
  const newest = known.at(-1)!;
  if (known.includes(version) || version > newest) return undefined;
  const near = nearest(version, known);
  return { hint: near === undefined ? `the newest that is known is ${newest}` : `did you mean "${near}"?` };
}
