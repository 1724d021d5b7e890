// Azure's regions by name, for "did you mean". A region that is missing here is not refused.
// https://learn.microsoft.com/azure/reliability/regions-list, and the lists of Azure Government and Azure in China.

export const REGIONS: readonly string[] = (
  "australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth " +
  "brazilsoutheast canadacentral canadaeast centralindia centralus centraluseuap chilecentral eastasia eastus eastus2 eastus2euap francecentral " +
  "francesouth germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast japanwest " +
  "jioindiacentral jioindiawest koreacentral koreasouth malaysiawest mexicocentral newzealandnorth northcentralus " +
  "northeurope norwayeast norwaywest polandcentral qatarcentral southafricanorth southafricawest southcentralus " +
  "southeastasia southindia spaincentral swedencentral switzerlandnorth switzerlandwest uaecentral uaenorth uksouth " +
  "ukwest westcentralus westeurope westindia westus westus2 westus3 " +
  "usdodcentral usdodeast usgovarizona usgovtexas usgovvirginia " +
  "chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3"
).split(" ");
