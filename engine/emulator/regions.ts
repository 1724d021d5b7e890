/** The regions of Azure's public cloud, as `GET /subscriptions/{id}/locations` gives them. */
export interface Region {
  readonly name: string;
  readonly displayName: string;
  readonly geography: string;
  readonly geographyGroup: string;
  readonly physicalLocation: string;
  readonly latitude: string;
  readonly longitude: string;
  /** Empty where the region has no pair. */
  readonly pair: string;
}
const region = (
  name: string,
  displayName: string,
  geography: string,
  geographyGroup: string,
  physicalLocation: string,
  latitude: string,
  longitude: string,
  pair: string,
): Region => ({ name, displayName, geography, geographyGroup, physicalLocation, latitude, longitude, pair });

export const regions: readonly Region[] = [
  region("eastus", "East US", "United States", "US", "Virginia", "37.3719", "-79.8164", "westus"),
  region("eastus2", "East US 2", "United States", "US", "Virginia", "36.6681", "-78.3889", "centralus"),
  region("southcentralus", "South Central US", "United States", "US", "Texas", "29.4167", "-98.5", "northcentralus"),
  region("westus2", "West US 2", "United States", "US", "Washington", "47.233", "-119.852", "westcentralus"),
  region("westus3", "West US 3", "United States", "US", "Phoenix", "33.448376", "-112.074036", "eastus"),
  region(
    "australiaeast",
    "Australia East",
    "Asia Pacific",
    "Asia Pacific",
    "New South Wales",
    "-33.86",
    "151.2094",
    "australiasoutheast",
  ),
  region(
    "southeastasia",
    "Southeast Asia",
    "Asia Pacific",
    "Asia Pacific",
    "Singapore",
    "1.283",
    "103.833",
    "eastasia",
  ),
  region("northeurope", "North Europe", "Europe", "Europe", "Ireland", "53.3478", "-6.2597", "westeurope"),
  region("swedencentral", "Sweden Central", "Europe", "Europe", "Gävle", "60.67488", "17.14127", "swedensouth"),
  region("uksouth", "UK South", "United Kingdom", "Europe", "London", "50.941", "-0.799", "ukwest"),
  region("westeurope", "West Europe", "Europe", "Europe", "Netherlands", "52.3667", "4.9", "northeurope"),
  region("centralus", "Central US", "United States", "US", "Iowa", "41.5908", "-93.6208", "eastus2"),
  region(
    "southafricanorth",
    "South Africa North",
    "South Africa",
    "Africa",
    "Johannesburg",
    "-25.73134",
    "28.21837",
    "southafricawest",
  ),
  region("centralindia", "Central India", "India", "Asia Pacific", "Pune", "18.5822", "73.9197", "southindia"),
  region("eastasia", "East Asia", "Asia Pacific", "Asia Pacific", "Hong Kong", "22.267", "114.188", "southeastasia"),
  region("japaneast", "Japan East", "Japan", "Asia Pacific", "Tokyo, Saitama", "35.68", "139.77", "japanwest"),
  region("koreacentral", "Korea Central", "Korea", "Asia Pacific", "Seoul", "37.5665", "126.978", "koreasouth"),
  region("canadacentral", "Canada Central", "Canada", "Canada", "Toronto", "43.653", "-79.383", "canadaeast"),
  region("francecentral", "France Central", "France", "Europe", "Paris", "46.3772", "2.373", "francesouth"),
  region(
    "germanywestcentral",
    "Germany West Central",
    "Germany",
    "Europe",
    "Frankfurt",
    "50.110924",
    "8.682127",
    "germanynorth",
  ),
  region("italynorth", "Italy North", "Italy", "Europe", "Milan", "45.46888", "9.18109", ""),
  region("norwayeast", "Norway East", "Norway", "Europe", "Norway", "59.913868", "10.752245", "norwaywest"),
  region("polandcentral", "Poland Central", "Poland", "Europe", "Warsaw", "52.23334", "21.01666", ""),
  region("spaincentral", "Spain Central", "Spain", "Europe", "Madrid", "40.4259", "-3.4209", ""),
  region(
    "switzerlandnorth",
    "Switzerland North",
    "Switzerland",
    "Europe",
    "Zurich",
    "47.451542",
    "8.564572",
    "switzerlandwest",
  ),
  region("uaenorth", "UAE North", "UAE", "Middle East", "Dubai", "25.266666", "55.316666", "uaecentral"),
  region(
    "brazilsouth",
    "Brazil South",
    "Brazil",
    "South America",
    "Sao Paulo State",
    "-23.55",
    "-46.633",
    "southcentralus",
  ),
  region(
    "northcentralus",
    "North Central US",
    "United States",
    "US",
    "Illinois",
    "41.8819",
    "-87.6278",
    "southcentralus",
  ),
  region("westus", "West US", "United States", "US", "California", "37.783", "-122.417", "eastus"),
  region("japanwest", "Japan West", "Japan", "Asia Pacific", "Osaka", "34.6939", "135.5022", "japaneast"),
  region("westcentralus", "West Central US", "United States", "US", "Wyoming", "40.89", "-110.234", "westus2"),
  region(
    "australiasoutheast",
    "Australia Southeast",
    "Asia Pacific",
    "Asia Pacific",
    "Victoria",
    "-37.8136",
    "144.9631",
    "australiaeast",
  ),
  region("southindia", "South India", "India", "Asia Pacific", "Chennai", "12.9822", "80.1636", "centralindia"),
  region("canadaeast", "Canada East", "Canada", "Canada", "Quebec", "46.817", "-71.217", "canadacentral"),
  region("ukwest", "UK West", "United Kingdom", "Europe", "Cardiff", "53.427", "-3.084", "uksouth"),
];
const names = new Set(regions.map((r) => r.name));
/** `East US` and `eastus` are one region. */
export const location = (text: string): string => text.replaceAll(" ", "").toLowerCase();
export const isRegion = (name: string): boolean => names.has(name);
export const regionNames = regions.map((r) => r.name);
