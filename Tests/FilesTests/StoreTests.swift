import Domain
import Files
import Testing
