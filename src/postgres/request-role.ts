/** The role that requests take on for as long as a transaction. It has no login and owns nothing, so policies hold. */
export const REQUEST_ROLE = 'lpp_request'
/** Ids of the authorities, and of the data sets, that a transaction is about, with commas; unset or empty: of none. */
export const [AUTHORITIES, DATA_SETS] = ['lpp.authorities', 'lpp.data_sets']
